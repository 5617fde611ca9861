// The ids that providers give to messages: used as keys, so short and plain, whatever came in. [any thread]
#pragma once

#include <string>

namespace parley::channels {

// An id of any length as one that an index can hold and a log can show: one that is long or holds control characters
// becomes "sha256:" and its digest, so that equal ids stay equal. Every id that comes from a provider goes through
// here, those of webhooks and those of answers alike.
std::string bounded_id(std::string id);

}  // namespace parley::channels
