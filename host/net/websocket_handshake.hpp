// The request that asks for a WebSocket (RFC 6455, 4.2.1), looked at before any handler is. Pure: no I/O.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "net/http.hpp"

namespace parley::net {

// "Upgrade: websocket" with "Connection: upgrade".
bool asks_for_websocket(const Request& request);

// The refusal (400, 403, 426), or none when a handshake may follow. A page of another site may not open a socket with
// the cookies of this one: an Origin has to be one of `origins` ("https://chat.example.org", compared as it stands) or
// name the host that the request went to. Without an Origin it is no browser.
std::optional<Response> refuse_handshake(const Request& request, const std::vector<std::string>& origins,
                                         const ErrorShape& errors);

}  // namespace parley::net
