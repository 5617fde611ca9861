// A webhook body of the gateway turned into our words. Knows every shape from the first versions (flat) to today's
// events. Plain function. [any thread]
#pragma once

#include <string_view>

#include "channels/channel.hpp"

namespace parley::channels {

// Not understood is Errc::invalid with the path of what is missing; an event of an unknown kind is no error but
// EventKind::other. `now` stands in when the body names no time.
Result<Decoded> decode_gateway(std::string_view body, AccountId account, UnixMillis now);

}  // namespace parley::channels
