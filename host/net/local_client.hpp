// Talks to a running host through its control socket, one blocking request at a time: for the CLI, never inside the
// server.
#pragma once

#include <string>

#include "core/error.hpp"
#include "net/http.hpp"

namespace parley::net {

// Errc::unavailable when nobody listens at `socket_path`, Errc::timeout after `timeout_ms` without an answer.
Result<Response> local_request(const std::string& socket_path, const std::string& method, const std::string& target,
                               const std::string& body = "", int timeout_ms = 30'000);

}  // namespace parley::net
