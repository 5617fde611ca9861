// What it means for a message that its provider did not answer. Plain function. [any thread]
#pragma once

#include <string_view>

#include "channels/channel.hpp"

namespace parley::channels {

// By how far the exchange got. `provider` is for the words: "no answer from Meta: ...".
SendError no_answer(const net::ClientError& failure, std::string_view provider);

}  // namespace parley::channels
