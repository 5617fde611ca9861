// A text that is too long for one message of its channel becomes several, which are queued, sent and settled each on
// its own: what a crash leaves behind is whole pieces. Plain function. [any thread]
#pragma once

#include <cstddef>
#include <vector>

#include "core/message.hpp"

namespace parley::outbound {

// `message` without an id yet. One piece when it fits, when it is no text, or when `max_units` is 0. The first piece
// quotes what the whole was to quote.
std::vector<Outbound> in_pieces(Outbound message, std::size_t max_units);

}  // namespace parley::outbound
