// What a browser has to hear before a page of another site may read an answer: the CORS protocol of the Fetch standard
// (https://fetch.spec.whatwg.org/#http-cors-protocol). Pure: no I/O.
//
// Cookies stay out of it (no Access-Control-Allow-Credentials): such a page proves who it is in Authorization.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "net/http.hpp"

namespace parley::net {

// The Origin of the request when it is one of `origins` ("https://chat.example.org", compared as it stands); else
// empty.
std::string listed_origin(const Request& request, const std::vector<std::string>& origins);

// The answer to a page of a listed origin that asks whether it may send `methods` ("GET, POST"); none: nobody asks.
std::optional<Response> answer_preflight(const Request& request, std::string_view methods);

// Lets pages of `origin` read the answer; empty: none. For hosts that have a list of origins.
void let_read(Response& response, const std::string& origin);

}  // namespace parley::net
