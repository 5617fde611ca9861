// A strict mock of a provider's API: Prism (npm @stoplight/prism-cli) with an OpenAPI document. It refuses what the
// document does not allow, so a test that gets through speaks the provider's language.
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <string>

namespace parley::test {

class Prism {
public:
    // Starts it on a free port of 127.0.0.1. The first start on a machine downloads it.
    explicit Prism(const std::string& spec);
    ~Prism();  // with everything it started
    Prism(const Prism&) = delete;
    Prism& operator=(const Prism&) = delete;

    // False: there is no document, no npx, or no answer within two minutes. why() says which.
    bool ready() const { return ready_; }
    const std::string& why() const { return why_; }
    std::string url() const { return "http://127.0.0.1:" + std::to_string(port_); }

private:
    bool wait_for_answer();

    pid_t group_ = -1;
    std::uint16_t port_ = 0;
    bool ready_ = false;
    std::string why_;
};

}  // namespace parley::test
