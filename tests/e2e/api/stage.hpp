// One host for the tests of the API, and keys of all roles.
#pragma once

#include <string>
#include <vector>

#include "support/api.hpp"
#include "support/stage.hpp"

namespace parley::e2e {

Stage& stage();

Api nobody();
// API_TOKEN: an admin.
Api owner();
// A new key; without scopes it gets all there are.
Api key_of(const std::string& role, std::vector<std::string> scopes = {});

}  // namespace parley::e2e
