// Programs of the npm registry that some tests ask for a second opinion: other people's signatures, mocks made from the
// providers' own API descriptions. Where there is no npm, or no registry, those tests are skipped.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "support/process.hpp"

namespace parley::e2e {

// The directory with this package in its node_modules; installed once into the build tree. None: it cannot be had.
std::optional<std::string> npm_package(const std::string& name, const std::string& version);

// What node prints when it runs this script in such a directory.
Outcome run_node(const std::string& directory, const std::string& script, const std::vector<std::string>& arguments);

// A mock server that answers as an OpenAPI description says and refuses what does not fit it (Stoplight's Prism).
class Prism {
public:
    // None when Prism or the description cannot be had, or it does not start within a minute.
    static std::unique_ptr<Prism> start(const std::string& description);

    std::string url() const { return "http://127.0.0.1:" + std::to_string(port_); }

private:
    Prism(const std::string& program, const std::string& description, std::uint16_t port);

    TempDirectory directory_;
    std::uint16_t port_;
    Process process_;
};

}  // namespace parley::e2e
