// Where the access token of a send comes from. TokenKeeper (token.hpp) is the real one; a fixed one is enough for a
// test. [I/O thread]
#pragma once

#include <string>

#include "core/error.hpp"
#include "core/secret.hpp"
#include "core/unique_function.hpp"

namespace parley::channels {

class TokenSource {
public:
    virtual ~TokenSource() = default;

    // Called once, perhaps before get() returns. Errc::unauthorized: there is no usable token and only an admin can
    // help, in words that say how. Other errors pass.
    using Done = UniqueFunction<void(Result<Secret>)>;
    virtual void get(Done done) = 0;

    // Meta refused `token` (HTTP 401, code 190), with these words. Another token to try once, or the error to end with.
    virtual void refused(const Secret& token, const std::string& words, Done done) = 0;
};

}  // namespace parley::channels
