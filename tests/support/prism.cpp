#include "support/prism.hpp"

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <stdexcept>

#include "support/loopback.hpp"
#include "support/paths.hpp"
#include "support/wait.hpp"

namespace parley::test {
namespace {

namespace fs = std::filesystem;

std::string variable(const char* name) {
    const char* value = std::getenv(name);
    return value ? value : "";
}

// Empty: there is none.
std::string program() {
    if (auto named = variable("PARLEY_TEST_PRISM"); !named.empty()) return named;
    std::string own = source_path(".deps/prism/node_modules/.bin/prism");
    if (fs::exists(own)) return own;
    const std::string path = variable("PATH");
    for (std::size_t at = 0; at < path.size();) {
        const std::size_t end = std::min(path.find(':', at), path.size());
        if (auto file = path.substr(at, end - at) + "/prism"; fs::exists(file)) return file;
        at = end + 1;
    }
    return {};
}

}  // namespace

std::string description_path(const std::string& name) {
    const std::string directory = variable("PARLEY_TEST_SPECS");
    return (directory.empty() ? fs::path(source_path("../shared/specs")) : fs::path(directory)) / name;
}

std::string Prism::missing(const std::string& description) {
    if (!fs::exists(description)) return "there is no " + description;
    if (program().empty()) return "Prism is not installed: scripts/setup prism";
    return {};
}

Prism::Prism(const std::string& description)
    : port_(free_port()),
      process_({program(), "mock", "--host", "127.0.0.1", "--port", std::to_string(port_), description},
               {{"PATH", variable("PATH")}}, directory_.path() + "/log", directory_.path() + "/log") {
    const bool up = eventually([this] { return !process_.running() || listens(port_); }, std::chrono::seconds(90));
    if (!up || !process_.running()) throw std::runtime_error("Prism did not start: " + log());
}

std::string Prism::log() const {
    return read_text(directory_.path() + "/log");
}

}  // namespace parley::test
