// Expected failures. The rule of the whole host: what can be expected to go wrong comes back as Result<T>; broken
// infrastructure (database gone, disk full) throws and is caught once at a boundary (a request, a message, an attempt
// to send, a call into a plugin); broken code asserts.
#pragma once

#include <boost/system/result.hpp>
#include <stdexcept>
#include <string>
#include <utility>

namespace parley {

enum class Errc {
    invalid,       // the input is malformed; the message says what is wrong with it
    denied,        // not allowed, whoever asks
    unauthorized,  // the asker is not known or its proof is wrong
    not_found,     // nothing there under that name
    conflict,      // there is something under that name already, or it changed meanwhile
    too_large,     // over a limit
    unsupported,   // this channel, host or build cannot do it
    unavailable,   // database, network or peer is away: try again later
    timeout,       // the deadline passed
    overloaded,    // a bounded queue is full: try again later
    gone,          // what it belonged to has been given up
    internal,      // a fault of ours; details are in the log
};

// A stable name for logs, metrics and API answers: "invalid", "not_found", ...
const char* to_string(Errc code);

struct Error {
    Errc code = Errc::internal;
    std::string message;  // plain words for a person: what is wrong and what to do
};

template <class T>
using Result = boost::system::result<T, Error>;

// What Result::value() throws when there is none.
class ErrorException : public std::runtime_error {
public:
    explicit ErrorException(Error error) : std::runtime_error(error.message), error_(std::move(error)) {}
    const Error& error() const { return error_; }

private:
    Error error_;
};

[[noreturn]] inline void throw_exception_from_error(const Error& error, const boost::source_location&) {
    throw ErrorException(error);
}

inline Error make_error(Errc code, std::string message) {
    return Error{code, std::move(message)};
}

}  // namespace parley
