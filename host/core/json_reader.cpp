#include "core/json_reader.hpp"

#include <boost/json/basic_parser_impl.hpp>
#include <boost/json/monotonic_resource.hpp>
#include <boost/json/value_stack.hpp>
#include <cmath>

namespace parley {

namespace {

namespace json = boost::json;
using json::error_code;

enum class Refusal { none, nul, too_many_values, not_finite };

// Builds the value like json::parser, and counts and checks on the way, so that a bomb is refused before it has gone
// off.
class CheckingHandler {
public:
    static constexpr std::size_t max_object_size = static_cast<std::size_t>(-1);
    static constexpr std::size_t max_array_size = static_cast<std::size_t>(-1);
    static constexpr std::size_t max_key_size = json::string::max_size();
    static constexpr std::size_t max_string_size = json::string::max_size();

    CheckingHandler(json::storage_ptr storage, std::size_t max_values) : values_left_(max_values) {
        stack_.reset(std::move(storage));
    }

    json::value release() { return stack_.release(); }
    Refusal refusal() const { return refusal_; }

    bool on_document_begin(error_code&) { return true; }
    bool on_document_end(error_code&) { return true; }
    bool on_object_begin(error_code& ec) { return count(ec); }
    bool on_array_begin(error_code& ec) { return count(ec); }
    bool on_object_end(std::size_t n, error_code&) { return stack_.push_object(n), true; }
    bool on_array_end(std::size_t n, error_code&) { return stack_.push_array(n), true; }

    bool on_key_part(json::string_view part, std::size_t, error_code& ec) {
        return clean(part, ec) && (stack_.push_chars(part), true);
    }
    bool on_key(json::string_view part, std::size_t, error_code& ec) {
        return clean(part, ec) && (stack_.push_key(part), true);
    }
    bool on_string_part(json::string_view part, std::size_t, error_code& ec) {
        return clean(part, ec) && (stack_.push_chars(part), true);
    }
    bool on_string(json::string_view part, std::size_t, error_code& ec) {
        return clean(part, ec) && count(ec) && (stack_.push_string(part), true);
    }

    bool on_number_part(json::string_view, error_code&) { return true; }
    bool on_int64(std::int64_t i, json::string_view, error_code& ec) {
        return count(ec) && (stack_.push_int64(i), true);
    }
    bool on_uint64(std::uint64_t u, json::string_view, error_code& ec) {
        return count(ec) && (stack_.push_uint64(u), true);
    }
    bool on_double(double d, json::string_view, error_code& ec) {
        if (!std::isfinite(d)) return refuse(Refusal::not_finite, ec);
        return count(ec) && (stack_.push_double(d), true);
    }
    bool on_bool(bool b, error_code& ec) { return count(ec) && (stack_.push_bool(b), true); }
    bool on_null(error_code& ec) { return count(ec) && (stack_.push_null(), true); }
    bool on_comment_part(json::string_view, error_code&) { return true; }
    bool on_comment(json::string_view, error_code&) { return true; }

private:
    bool refuse(Refusal why, error_code& ec) {
        refusal_ = why;
        ec = json::error::syntax;
        return false;
    }
    bool count(error_code& ec) {
        if (values_left_ == 0) return refuse(Refusal::too_many_values, ec);
        --values_left_;
        return true;
    }
    bool clean(json::string_view part, error_code& ec) {
        return part.find('\0') == json::string_view::npos || refuse(Refusal::nul, ec);
    }

    json::value_stack stack_;
    std::size_t values_left_;
    Refusal refusal_ = Refusal::none;
};

Error explain(Refusal refusal, const error_code& ec, std::size_t offset, const JsonLimits& limits) {
    switch (refusal) {
        case Refusal::nul:
            return make_error(Errc::invalid, "the JSON contains the character U+0000, which cannot be stored");
        case Refusal::not_finite:
            return make_error(Errc::invalid, "the JSON contains a number that is out of range");
        case Refusal::too_many_values:
            return make_error(Errc::too_large,
                              "the JSON has more than " + std::to_string(limits.max_values) + " values");
        case Refusal::none:
            break;
    }
    if (ec == json::error::too_deep) {
        return make_error(Errc::invalid,
                          "the JSON is nested deeper than " + std::to_string(limits.max_depth) + " levels");
    }
    return make_error(Errc::invalid, "malformed JSON at byte " + std::to_string(offset) + ": " + ec.message());
}

}  // namespace

Result<json::value> parse_json(std::string_view text, const JsonLimits& limits) {
    if (text.size() > limits.max_bytes) {
        return make_error(Errc::too_large, "the JSON has " + std::to_string(text.size()) + " bytes, at most " +
                                               std::to_string(limits.max_bytes) + " are read");
    }
    json::parse_options options;
    options.max_depth = limits.max_depth;
    json::basic_parser<CheckingHandler> parser(options, json::make_shared_resource<json::monotonic_resource>(),
                                               limits.max_values);
    error_code ec;
    const std::size_t read = parser.write_some(false, text.data(), text.size(), ec);
    if (!ec && read < text.size()) ec = json::error::extra_data;
    if (!ec && !parser.done()) ec = json::error::incomplete;
    if (ec) return explain(parser.handler().refusal(), ec, read, limits);
    return parser.handler().release();
}

void JsonProblem::note(std::string_view path, std::string_view what) {
    if (!message_.empty()) return;
    message_.append(path.empty() ? "the document" : path).append(": ").append(what);
}

JsonReader::JsonReader(const json::value* value, JsonProblem* problem, std::string path)
    : value_(value && !value->is_null() ? value : nullptr), problem_(problem), path_(std::move(path)) {}

JsonReader JsonReader::operator[](std::string_view key) const {
    std::string path;
    path.reserve(path_.size() + 1 + key.size());
    path.append(path_).append(path_.empty() ? "" : ".").append(key);
    const json::object* members = object();
    return JsonReader(members ? members->if_contains(key) : nullptr, problem_, std::move(path));
}

JsonReader JsonReader::operator[](std::size_t index) const {
    const json::array* items = array();
    return JsonReader(items && index < items->size() ? &(*items)[index] : nullptr, problem_,
                      path_ + "[" + std::to_string(index) + "]");
}

std::size_t JsonReader::size() const {
    const json::array* items = array();
    return items ? items->size() : 0;
}

std::string_view JsonReader::view_or(std::string_view fallback) const {
    const json::string* text = value_ ? value_->if_string() : nullptr;
    return text ? std::string_view(text->data(), text->size()) : fallback;
}

std::string JsonReader::string_or(std::string_view fallback) const {
    return std::string(view_or(fallback));
}

std::string JsonReader::text_or(std::string_view fallback) const {
    if (value_ && value_->is_int64()) return std::to_string(value_->get_int64());
    if (value_ && value_->is_uint64()) return std::to_string(value_->get_uint64());
    return string_or(fallback);
}

std::int64_t JsonReader::int_or(std::int64_t fallback) const {
    const std::int64_t* number = value_ ? value_->if_int64() : nullptr;
    return number ? *number : fallback;
}

double JsonReader::number_or(double fallback) const {
    if (!value_ || !value_->is_number()) return fallback;
    if (value_->is_double()) return value_->get_double();
    return value_->is_int64() ? static_cast<double>(value_->get_int64()) : static_cast<double>(value_->get_uint64());
}

bool JsonReader::bool_or(bool fallback) const {
    const bool* flag = value_ ? value_->if_bool() : nullptr;
    return flag ? *flag : fallback;
}

std::string JsonReader::string() const {
    if (!value_)
        complain("is missing");
    else if (!value_->is_string())
        complain("is not a string");
    return string_or("");
}

std::int64_t JsonReader::integer() const {
    if (!value_)
        complain("is missing");
    else if (!value_->is_int64())
        complain("is not an integer");
    return int_or(0);
}

}  // namespace parley
