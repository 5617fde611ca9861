// The program under test, its command line, and the plugins that it is given.
#pragma once

#include <chrono>
#include <string>
#include <vector>

#include "support/process.hpp"
#include "support/temp_directory.hpp"
#include "support/wait.hpp"

namespace parley::e2e {

using namespace std::chrono_literals;

// What all tests have is at hand here without a prefix.
using test::Environment;
using test::eventually;
using test::long_enough;
using test::Outcome;
using test::Process;
using test::read_text;
using test::TempDirectory;

// Where the program is, and a sample plugin of that name.
std::string parley_program();
std::string plugin_file(const std::string& name);
// A plugin made for these tests.
std::string test_plugin_file(const std::string& name);

// Runs `parley <arguments>` to its end.
Outcome run_parley(const std::vector<std::string>& arguments, const Environment& environment = {},
                   std::chrono::seconds limit = std::chrono::seconds(90));

}  // namespace parley::e2e
