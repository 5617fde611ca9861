// The request target, taken apart. Pure.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace parley::net {

struct Target {
    std::string_view raw_path;  // views into what was given
    std::string_view query;
    std::string path;  // decoded
};

// None for broken percent-encoding, control characters and "." or ".." segments: no client sends them in good faith,
// and a handler that maps paths to anything must never see them.
std::optional<Target> parse_target(std::string_view target);

// The path that the first line of a request asks for, as it was sent, from a head that may be cut off or malformed:
// good for choosing the words of a refusal, and nothing else.
std::string_view path_asked_for(std::string_view head);

}  // namespace parley::net
