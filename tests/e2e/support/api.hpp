// A client of /api/v1. (Every answer is held against the document: see contract.hpp.)
#pragma once

#include <boost/json/value.hpp>
#include <optional>

#include "support/http.hpp"

namespace parley::e2e {

class Api {
public:
    explicit Api(std::uint16_t port, std::string key = {}) : port_(port), key_(std::move(key)) {}

    // `target` without "/api/v1".
    Answer get(const std::string& target) const { return call("GET", target); }
    Answer post(const std::string& target, const std::string& body = "", const Headers& more = {}) const;
    Answer call(const std::string& method, const std::string& target, const std::string& body = "",
                const Headers& more = {}) const;

    // The body of an answer that must have this status.
    boost::json::value read(const std::string& target, int status = 200) const;

    const std::string& key() const { return key_; }
    Api with_key(std::string key) const { return Api(port_, std::move(key)); }

private:
    std::uint16_t port_;
    std::string key_;
};

// What keeps this from being a problem as the document has it, for answers of no operation; none: nothing.
std::optional<std::string> wrong_with_problem(const std::string& content_type, const std::string& body);

// The body as JSON.
boost::json::value body_of(const Answer& answer);
// A member as text; "" when it is not there, JSON when it is no text.
std::string text_of(const boost::json::value& object, const char* name);

}  // namespace parley::e2e
