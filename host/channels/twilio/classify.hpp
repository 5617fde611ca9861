// What Twilio's answers mean. Plain functions. [any thread]
#pragma once

#include <string>

#include "channels/channel.hpp"
#include "core/error.hpp"
#include "net/client.hpp"

namespace parley::channels {

// To a message that was sent. `now` is needed for a Retry-After that names a date.
SendResult classify_twilio_answer(const net::ClientResult& answer, UnixMillis now);

// To anything else: why there is nothing to read in it. A 2xx is no error and must not be asked about.
Error twilio_error(const net::ClientResult& answer);

}  // namespace parley::channels
