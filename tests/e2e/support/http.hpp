// A small blocking HTTP client over one POSIX socket a request. Any thread.
#pragma once

#include <cstdint>
#include <map>
#include <string>

namespace parley::e2e {

struct Answer {
    int status = 0;  // 0: nobody answered
    std::string headers;
    std::string body;

    // Value of a header, names in lower case; empty when it is not there.
    std::string header(const std::string& name) const;
};

using Headers = std::map<std::string, std::string>;

// What a server of somebody else answers.
Answer exchange(std::uint16_t port, const std::string& method, const std::string& target, const std::string& body = "",
                const Headers& headers = {});

// What the host answers. Throws std::runtime_error when its document does not allow that, whatever the test looked for.
Answer http(std::uint16_t port, const std::string& method, const std::string& target, const std::string& body = "",
            const Headers& headers = {});

}  // namespace parley::e2e
