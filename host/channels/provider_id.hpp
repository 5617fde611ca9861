// The ids that providers give to messages: used as keys, so of a bounded length, whatever came in. [any thread]
#pragma once

#include <string>

namespace parley::channels {

// An id of any length as one that an index can hold: a long one becomes "sha256:" and its digest, so that equal ids
// stay equal. Every id that comes from a provider goes through here, those of webhooks and those of answers alike.
std::string bounded_id(std::string id);

}  // namespace parley::channels
