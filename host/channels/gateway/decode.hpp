// A webhook body of the gateway turned into our words. Knows every shape from the first versions (flat) to today's
// events. Plain function. [any thread]
#pragma once

#include <string_view>

#include "channels/channel.hpp"

namespace parley::channels {

// Not understood is Errc::invalid with the path of what is missing; an event of an unknown kind is no error but
// EventKind::other. `now` stands in when the body names no time.
// `device` is which of the gateway's numbers the account is, by its session or its JID; empty: whichever. A gateway
// posts the events of all its numbers to each of its webhooks: those of another number are an empty Decoded.
Result<Decoded> decode_gateway(std::string_view body, AccountId account, UnixMillis now, std::string_view device = {});

}  // namespace parley::channels
