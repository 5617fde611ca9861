// What the gateway's answer to a message means. Plain functions. [any thread]
#pragma once

#include "channels/channel.hpp"
#include "core/error.hpp"
#include "net/client.hpp"

namespace parley::channels {

// `now` is needed for a Retry-After that names a date.
SendResult classify_gateway_answer(const net::ClientResult& answer, UnixMillis now);

// Is it there, but without its connection to WhatsApp?
bool is_session_lost(const net::ClientResult& answer);

// The answer to GatewayEncoder::download: the path of the file, for GatewayEncoder::file.
Result<std::string> read_download_answer(const net::ClientResult& answer);

// Was it a file? If not, why.
Result<void> check_file_answer(const net::ClientResult& answer);

}  // namespace parley::channels
