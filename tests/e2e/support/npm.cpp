#include "support/npm.hpp"

#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>

#include "support/http.hpp"
#include "support/paths.hpp"
#include "support/wait.hpp"

namespace parley::e2e {
namespace {

namespace fs = std::filesystem;

Environment node_environment() {
    Environment variables{{"NO_UPDATE_NOTIFIER", "1"}};
    for (const char* name : {"PATH", "HOME", "HTTP_PROXY", "HTTPS_PROXY", "NO_PROXY", "http_proxy", "https_proxy",
                             "no_proxy", "NODE_EXTRA_CA_CERTS", "NPM_CONFIG_REGISTRY", "npm_config_registry"})
        if (const char* value = std::getenv(name)) variables[name] = value;
    return variables;
}

Outcome run(const std::vector<std::string>& argv, std::chrono::seconds limit) {
    const TempDirectory directory;
    const std::string out = directory.path() + "/out", err = directory.path() + "/err";
    // Found in the PATH, by env.
    std::vector<std::string> command{"/usr/bin/env"};
    command.insert(command.end(), argv.begin(), argv.end());
    Process process(command, node_environment(), out, err);
    const auto code = process.wait(limit);
    return {code.value_or(-1), read_text(out), read_text(err)};
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
    const Outcome outcome = run({"npm", "install", "--prefix", directory, "--no-audit", "--no-fund", "--no-save",
                                 "--ignore-scripts", name + "@" + version},
                                std::chrono::seconds(300));
    if (outcome.code != 0) return std::nullopt;
    std::ofstream(finished) << version << "\n";
    return directory;
}

Outcome run_node(const std::string& directory, const std::string& script, const std::vector<std::string>& arguments) {
    const std::string file = directory + "/script-" + std::to_string(getpid()) + ".cjs";
    std::ofstream(file) << script;
    std::vector<std::string> argv{"node", file};
    argv.insert(argv.end(), arguments.begin(), arguments.end());
    Outcome outcome = run(argv, std::chrono::seconds(60));
    fs::remove(file);
    return outcome;
}

std::unique_ptr<Prism> Prism::start(const std::string& description) {
    if (!fs::exists(description)) return nullptr;
    const auto directory = npm_package("@stoplight/prism-cli", "5.14.2");
    if (!directory) return nullptr;
    const std::uint16_t port = free_port();
    std::unique_ptr<Prism> prism(new Prism(*directory + "/node_modules/.bin/prism", description, port));
    const bool up = eventually([&] { return exchange(port, "GET", "/").status != 0 || !prism->process_.running(); },
                               std::chrono::minutes(1));
    return up && prism->process_.running() ? std::move(prism) : nullptr;
}

Prism::Prism(const std::string& program, const std::string& description, std::uint16_t port)
    : port_(port),
      process_({"/usr/bin/env", "node", program, "mock", "-h", "127.0.0.1", "-p", std::to_string(port), "-v", "silent",
                description},
               node_environment(), directory_.path() + "/out", directory_.path() + "/err") {}

}  // namespace parley::e2e
