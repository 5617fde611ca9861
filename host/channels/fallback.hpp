// What a channel cannot do, said in words: the one place where reactions, links, files, buttons and the like become
// text. Plain function. [any thread]
#pragma once

#include "channels/channel.hpp"
#include "core/message.hpp"

namespace parley::channels {

// The message itself when the channel can send it, otherwise a text message that says the same as well as words can.
Outbound with_fallback(Outbound message, const Capabilities& capabilities);

}  // namespace parley::channels
