// One request on its way through the gate. Internal to it.
#pragma once

#include "api/gate.hpp"

namespace parley::api {

inline constexpr std::size_t longest_record = 256 << 10;  // of an audit entry

// Tells principals from each other.
std::string principal_key(const auth::Principal& principal);
bool is_answer_json(const net::Response& response);

struct Gate::Visit {
    const Operation* operation = nullptr;
    net::Request request;
    net::Responder respond;
    auth::Principal principal;
    RateLimits::Verdict rate;
    boost::json::value body;
    std::string key;       // Idempotency-Key
    bool running = false;  // and this is the request that it runs for
    std::string fingerprint, target, before;
    CallHandler handler;                  // in place of the operation's
    std::unique_ptr<net::Upload> upload;  // the body, not read yet
    std::string digest;                   // of it, once it was
    std::string edited;                   // path that is kept for this edit
    std::int64_t audit = 0;

    std::string running_key() const { return principal_key(principal) + ":" + key; }
};

}  // namespace parley::api
