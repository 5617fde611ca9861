// Prism, a server made of a provider's OpenAPI description: it refuses every request that the description does not
// allow, and answers the others as the provider would. So it tells whether what a channel sends is well-formed.
#pragma once

#include <cstdint>
#include <string>

#include "support/process.hpp"
#include "support/temp_directory.hpp"

namespace parley::test {

// Where a description is, for instance "gowa-v9.prism.json": in the directory that PARLEY_TEST_SPECS names, else in
// ../shared/specs beside the sources. They are not part of the project.
std::string description_path(const std::string& name);

class Prism {
public:
    // Why there can be no Prism for the description at this path; empty: there can. The program is what
    // PARLEY_TEST_PRISM names, else .deps/prism/node_modules/.bin/prism, where scripts/setup prism puts it, else one on
    // the PATH.
    static std::string missing(const std::string& description);

    // Serves the description on a free port of 127.0.0.1; throws when it does not come up.
    explicit Prism(const std::string& description);

    std::uint16_t port() const { return port_; }
    std::string url() const { return "http://127.0.0.1:" + std::to_string(port_); }
    // What it printed: a request that it refused is there with the reason.
    std::string log() const;

private:
    TempDirectory directory_;
    std::uint16_t port_;
    Process process_;
};

}  // namespace parley::test
