#include "support/npm.hpp"

#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>

#include "support/paths.hpp"

namespace parley::e2e {
namespace {

namespace fs = std::filesystem;

test::Environment node_environment() {
    test::Environment variables{{"NO_UPDATE_NOTIFIER", "1"}};
    for (const char* name : {"PATH", "HOME", "HTTP_PROXY", "HTTPS_PROXY", "NO_PROXY", "http_proxy", "https_proxy",
                             "no_proxy", "NODE_EXTRA_CA_CERTS", "NPM_CONFIG_REGISTRY", "npm_config_registry"})
        if (const char* value = std::getenv(name)) variables[name] = value;
    return variables;
}

test::Outcome run(const std::vector<std::string>& argv, std::chrono::seconds limit) {
    std::vector<std::string> command{"/usr/bin/env"};  // finds it in the PATH
    command.insert(command.end(), argv.begin(), argv.end());
    return test::run_to_end(command, node_environment(), limit);
}

}  // namespace

std::optional<std::string> npm_package(const std::string& name, const std::string& version) {
    std::string folder = name + "-" + version;
    for (char& c : folder)
        if (c == '/' || c == '@') c = '_';
    const std::string directory = test::binary_path("npm/" + folder);
    const std::string finished = directory + "/finished";
    if (fs::exists(finished)) return directory;
    fs::create_directories(directory);
    const test::Outcome outcome = run({"npm", "install", "--prefix", directory, "--no-audit", "--no-fund", "--no-save",
                                       "--ignore-scripts", name + "@" + version},
                                      std::chrono::seconds(300));
    if (outcome.code != 0) return std::nullopt;
    std::ofstream(finished) << version << "\n";
    return directory;
}

test::Outcome run_node(const std::string& directory, const std::string& script,
                       const std::vector<std::string>& arguments) {
    const std::string file = directory + "/script-" + std::to_string(getpid()) + ".cjs";
    std::ofstream(file) << script;
    std::vector<std::string> argv{"node", file};
    argv.insert(argv.end(), arguments.begin(), arguments.end());
    test::Outcome outcome = run(argv, std::chrono::seconds(60));
    fs::remove(file);
    return outcome;
}

}  // namespace parley::e2e
