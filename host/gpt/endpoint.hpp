// Where a provider's API is. People write its address in many ways; there is one right one. Pure.
#pragma once

#include <string>
#include <string_view>

#include "core/error.hpp"

namespace parley::gpt {

struct Endpoint {
    std::string base;         // "https://api.openai.com/v1": what paths are appended to, no slash at the end
    std::string origin;       // "https://api.openai.com"
    bool openai = false;      // OpenAI's own
    bool path_known = false;  // the address had a path; without one "/v1" is a guess

    bool operator==(const Endpoint&) const = default;
};

// Takes "host", "host:8080", "http://host/v1", "http://host/v1/" and addresses of one call, as
// "http://host/v1/chat/completions". Empty: OpenAI's. Without a scheme it is http for names and addresses of a local
// network, https for others. Errc::invalid says what is wrong with it.
Result<Endpoint> parse_endpoint(std::string_view text);

// Does `url` lead to where the endpoint is: the same scheme, host and port?
bool same_origin(const Endpoint& endpoint, std::string_view url);

}  // namespace parley::gpt
