// The parts of an exchange that need no socket: what may be sent, how it is written, where a redirect leads. Pure.
#pragma once

#include <optional>
#include <string>

#include "net/client.hpp"

namespace parley::net {

struct Exchange;

// Connections are shared by requests with the same key.
std::string pool_key(const Url& url, Reach reach);

// Why it cannot be sent, if so.
std::optional<Error> check_request(const ClientRequest& request);

// The request line and all headers, with the empty line.
std::string write_head(const ClientRequest& request, const Url& url);

// When `response` is a redirect that shall be followed: points the exchange at its target and returns true.
Result<bool> follow_redirect(Exchange& exchange, const ClientResponse& response);

}  // namespace parley::net
