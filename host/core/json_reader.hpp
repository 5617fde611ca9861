// Reading JSON that others wrote. parse_json() refuses what we could not store or would be hurt by; JsonReader then
// walks the value: what is optional falls back, what is required and missing is noted once, with its path. [any thread,
// values are plain]
#pragma once

#include <boost/json/value.hpp>
#include <cstdint>
#include <string>
#include <string_view>

#include "core/error.hpp"

namespace parley {

struct JsonLimits {
    std::size_t max_bytes = 1 << 20;
    std::size_t max_depth = 32;
    std::size_t max_values = 200'000;  // every scalar, array and object counts
};

// Refused, with words that say why: more than the limits, malformed JSON, bad UTF-8 or lone surrogates, U+0000 in any
// string or key, numbers that no double holds (1e400). The value owns its memory, which is given back all at once.
Result<boost::json::value> parse_json(std::string_view text, const JsonLimits& limits = {});

// The first thing that a JsonReader asked for in vain.
class JsonProblem {
public:
    explicit operator bool() const { return !message_.empty(); }
    void note(std::string_view path, std::string_view what);
    Error error() const { return make_error(Errc::invalid, message_); }  // "payload.from: is missing"

private:
    std::string message_;
};

// A place in a JSON value, which may turn out not to be there. The value and the problem outlive it.
class JsonReader {
public:
    JsonReader(const boost::json::value& root, JsonProblem& problem) : value_(&root), problem_(&problem) {}

    JsonReader operator[](std::string_view key) const;
    JsonReader operator[](std::size_t index) const;

    // There, and not null.
    bool present() const { return value_ != nullptr; }
    explicit operator bool() const { return present(); }
    const boost::json::value* value() const { return value_; }  // null when not present()

    // Null when it is something else.
    const boost::json::object* object() const { return value_ ? value_->if_object() : nullptr; }
    const boost::json::array* array() const { return value_ ? value_->if_array() : nullptr; }
    bool is_string() const { return value_ && value_->is_string(); }
    std::size_t size() const;  // of an array; 0 for all else

    // Optional: the fallback when it is absent, null or of another kind.
    std::string string_or(std::string_view fallback) const;
    std::string_view view_or(std::string_view fallback) const;  // lives as long as the value
    std::string text_or(std::string_view fallback) const;       // integers too, as digits
    std::int64_t int_or(std::int64_t fallback) const;
    double number_or(double fallback) const;
    bool bool_or(bool fallback) const;

    // Required: an empty result and a note when it is absent, null or of another kind.
    std::string string() const;
    std::int64_t integer() const;

    // For checks of the caller's own: "payload.id: is longer than 200 bytes".
    void complain(std::string_view what) const { problem_->note(path_, what); }
    const std::string& path() const { return path_; }

private:
    JsonReader(const boost::json::value* value, JsonProblem* problem, std::string path);

    const boost::json::value* value_;
    JsonProblem* problem_;
    std::string path_;
};

}  // namespace parley
