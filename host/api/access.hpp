// Who may use /api/v1: whoever has the token, and the operator at the control socket.
#pragma once

#include <optional>

#include "core/secret.hpp"
#include "net/http.hpp"

namespace parley::api {

// The answer for those who may not; none for those who may. An empty `token`: nobody comes in over the network.
// [any thread]
std::optional<net::Response> refusal(const net::Request& request, const Secret& token);

}  // namespace parley::api
