#include "support/program.hpp"

#include <cstdlib>

#include "support/paths.hpp"

namespace parley::e2e {
namespace {

std::string from_environment(const char* name, const std::string& otherwise) {
    const char* value = std::getenv(name);
    return value ? value : otherwise;
}

}  // namespace

std::string parley_program() {
    return from_environment("PARLEY_TEST_BINARY", test::binary_path("bin/parley"));
}

std::string plugin_file(const std::string& name) {
    return from_environment("PARLEY_TEST_PLUGINS", test::binary_path("plugins")) + "/" + name + ".so";
}

std::string test_plugin_file(const std::string& name) {
    return from_environment("PARLEY_TEST_E2E_PLUGINS", test::binary_path("tests/e2e-plugins")) + "/" + name + ".so";
}

Outcome run_parley(const std::vector<std::string>& arguments, const Environment& environment,
                   std::chrono::seconds limit) {
    std::vector<std::string> argv{parley_program()};
    argv.insert(argv.end(), arguments.begin(), arguments.end());
    Environment variables{{"PATH", "/usr/bin:/bin:/usr/sbin:/sbin"}};
    for (const auto& [name, value] : environment) variables[name] = value;
    return test::run_to_end(argv, variables, limit);
}

}  // namespace parley::e2e
