// How the operator gets into the admin page: a code that is printed once at start-up and works once, exchanged for a
// session cookie. Codes and sessions live in memory: a restart prints a new code and ends all sessions. [I/O thread]
#pragma once

#include <chrono>
#include <map>
#include <optional>
#include <string>
#include <string_view>

namespace parley::app {

class SignIn {
public:
    SignIn();

    // The code to print. Empty once it has been used.
    const std::string& code() const { return code_; }

    // A session token for the right code; the code is spent then. Nothing for a wrong one; after 20 wrong ones the code
    // is void.
    std::optional<std::string> exchange(std::string_view code);

    // Is this the cookie of a session that is not over? Using it keeps it alive for 15 minutes, at most 8 hours.
    bool valid(std::string_view token);

private:
    using Time = std::chrono::steady_clock::time_point;
    struct Session {
        Time ends;   // whatever happens
        Time idles;  // unless used before
    };
    std::string code_;
    int wrong_ = 0;
    std::map<std::string, Session, std::less<>> sessions_;  // by SHA-256 of the token
};

}  // namespace parley::app
