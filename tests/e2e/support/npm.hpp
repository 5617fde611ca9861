// Programs of the npm registry that some tests ask for a second opinion, such as other people's signatures. Where there
// is no npm, or no registry, those tests are skipped.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "support/process.hpp"

namespace parley::e2e {

// The directory with this package in its node_modules; installed once into the build tree. None: it cannot be had.
std::optional<std::string> npm_package(const std::string& name, const std::string& version);

// What node prints when it runs this script in such a directory.
test::Outcome run_node(const std::string& directory, const std::string& script,
                       const std::vector<std::string>& arguments);

}  // namespace parley::e2e
