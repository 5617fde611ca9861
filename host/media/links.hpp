// Links under which somebody without an account can fetch one stored file for a while: Twilio does. A link names a file
// and the time at which it ends, and carries a code over both that only this host can make. [any thread]
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "core/error.hpp"
#include "core/message.hpp"
#include "core/secret.hpp"

namespace parley::media {

class Links {
public:
    // Tokens made with another key are not taken.
    explicit Links(Secret key) : key_(std::move(key)) {}

    // What stands in the URL: hash, end in hex seconds, code; joined with '-'.
    std::string make(std::string_view reference, UnixMillis until) const;

    // The file it names. Errc::not_found for one that nobody made, and, in other words, for one whose time is over.
    Result<std::string> open(std::string_view token, UnixMillis now) const;

private:
    std::string code(std::string_view signed_part) const;

    Secret key_;
};

}  // namespace parley::media
