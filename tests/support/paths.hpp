// Where the tests' source and build trees are. Functions, not macros, so that only one unit of the tests is compiled
// with the paths of a checkout and the compiler cache serves the others in every checkout.
#pragma once

#include <string>

namespace parley::test {

std::string source_path(const std::string& relative);  // "tests/fixtures/..." of the checkout
std::string binary_path(const std::string& relative);  // "bin/parley" of the build tree

}  // namespace parley::test
