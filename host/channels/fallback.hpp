// What a channel cannot do, said in words: the one place where reactions, links, files, buttons and the like become
// text. Plain function. [any thread]
#pragma once

#include "channels/channel.hpp"
#include "core/message.hpp"

namespace parley::channels {

// The message itself when the channel can send it, otherwise a text message that says the same as well as words can.
// Errc::unsupported: it would change an earlier message, and the channel cannot.
Result<Outbound> with_fallback(Outbound message, const Capabilities& capabilities);

// Why a message of this kind cannot leave by the channel in any form, if so.
Result<void> can_leave(OutboundKind kind, const Capabilities& capabilities);

}  // namespace parley::channels
