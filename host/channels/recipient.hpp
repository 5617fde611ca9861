// What people write for a recipient, as the chat id of a channel. Plain function. [any thread]
#pragma once

#include <string>
#include <string_view>

#include "core/error.hpp"

namespace parley::channels {

// "923001234567", "+92 300 1234567", "whatsapp:+923001234567" and the channel's own chat ids (groups, user ids).
// Errc::invalid says what can be written.
Result<std::string> chat_id(std::string_view channel, std::string_view to);

}  // namespace parley::channels
