// What went wrong, as the API answers it: RFC 9457, application/problem+json. [any thread]
#pragma once

#include <string_view>

#include "core/error.hpp"
#include "net/http.hpp"

namespace parley::api {

// {"type": "about:blank", "title", "status", "code", "detail"}: `code` is that of core/error.hpp, or another word that
// does not change; `detail` is for a person.
net::Response problem(int status, std::string_view code, std::string_view detail);
net::Response problem(const Error& error);
// The HTTP status of an error of ours.
int status_of(Errc code);

}  // namespace parley::api
