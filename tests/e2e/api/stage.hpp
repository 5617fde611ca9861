// One host for the tests of the API, and keys of all roles.
#pragma once

#include <set>
#include <string>
#include <vector>

#include "support/api.hpp"
#include "support/stage.hpp"

namespace parley::e2e {

Stage& stage();

Api nobody();
// API_TOKEN: an admin.
Api owner();
// Of all operations.
std::set<std::string> all_scopes();

// The id of nothing.
inline const std::string nothing = "999999999";
// A path of the document with something in place of each name: `id` where it is an id, what fits elsewhere.
std::string example(const std::string& path, const std::string& id = nothing);

// People who sign in: somebody new, and once more. What comes back is the token.
inline const std::string password = "correct horse battery";
std::string person(const std::string& name, const std::string& role);
std::string sign_in(const std::string& name);

// A new key; without scopes it gets all there are.
Api key_of(const std::string& role, std::vector<std::string> scopes = {});

// The id in an answer, which has to be a good one.
std::string id_of(const Answer& answer);
// That member of all items, each with a space behind it.
std::string items_text(const boost::json::value& page, const char* name);

}  // namespace parley::e2e
