// Reads the bodies that a gateway gets, and says what is wrong with them.
#pragma once

#include <string>

#include "net/http.hpp"
#include "support/gateway.hpp"

namespace parley::e2e {

// Fills `call` from the request; returns what the real gateway would complain about, or nothing.
std::string read_call(const net::Request& request, Call& call);

}  // namespace parley::e2e
