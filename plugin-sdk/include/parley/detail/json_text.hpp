// JSON's text form, and the parts of Json that do not fit on its page. Included by json.hpp.
#pragma once

#include <charconv>
#include <cmath>
#include <locale>
#include <map>
#include <sstream>

#include "../json.hpp"

namespace parley {

inline const Json& Json::null() {
    static const Json value;
    return value;
}

inline const Json::Array& Json::items() const& {
    static const Array none;
    return is_array() ? std::get<Array>(value_) : none;
}

inline Json::Array Json::items() && {
    return is_array() ? std::get<Array>(std::move(value_)) : Array();
}

inline const Json::Object& Json::members() const& {
    static const Object none;
    return is_object() ? std::get<Object>(value_) : none;
}

inline Json::Object Json::members() && {
    return is_object() ? std::get<Object>(std::move(value_)) : Object();
}

inline std::int64_t Json::as_int(std::int64_t otherwise) const {
    if (is_int()) return std::get<std::int64_t>(value_);
    const auto* number = std::get_if<double>(&value_);
    const bool fits = number != nullptr && *number > -9.2e18 && *number < 9.2e18;
    return fits ? static_cast<std::int64_t>(*number) : otherwise;
}

inline double Json::as_double(double otherwise) const {
    if (is_int()) return static_cast<double>(std::get<std::int64_t>(value_));
    const auto* number = std::get_if<double>(&value_);
    return number != nullptr ? *number : otherwise;
}

inline const Json* Json::find(std::string_view key) const {
    for (const auto& [name, value] : members()) {
        if (name == key) return &value;
    }
    return nullptr;
}

inline Json Json::operator[](std::string_view key) && {
    for (auto& [name, value] : std::move(*this).members()) {
        if (name == key) return std::move(value);
    }
    return {};
}

inline Json& Json::operator[](std::string_view key) & {
    if (is_null()) value_ = Object();
    if (!is_object()) throw JsonError("not a JSON object");
    auto& members = std::get<Object>(value_);
    for (auto& [name, value] : members) {
        if (name == key) return value;
    }
    return members.emplace_back(std::string(key), Json()).second;
}

inline void Json::push_back(Json value) {
    if (is_null()) value_ = Array();
    if (!is_array()) throw JsonError("not a JSON array");
    std::get<Array>(value_).push_back(std::move(value));
}

namespace detail {

class JsonReader {
public:
    explicit JsonReader(std::string_view text) : text_(text) {}

    Json document() {
        Json value = read(0);
        skip_space();
        if (at_ != text_.size()) fail("something after the value");
        return value;
    }

private:
    static constexpr int max_depth = 64;  // a value from outside must not overflow the stack

    [[noreturn]] void fail(const char* what) const {
        throw JsonError("JSON: " + std::string(what) + " at byte " + std::to_string(at_));
    }

    void skip_space() {
        while (at_ < text_.size() && std::string_view(" \t\r\n").find(text_[at_]) != std::string_view::npos) ++at_;
    }

    bool take(char wanted) {
        skip_space();
        if (at_ >= text_.size() || text_[at_] != wanted) return false;
        ++at_;
        return true;
    }

    Json word(std::string_view name, Json value) {
        if (text_.substr(at_, name.size()) != name) fail("unknown word");
        at_ += name.size();
        return value;
    }

    Json read(int depth) {
        if (depth > max_depth) fail("nested too deeply");
        skip_space();
        if (at_ >= text_.size()) fail("unexpected end");
        switch (text_[at_]) {
            case '{':
                return object(depth);
            case '[':
                return array(depth);
            case '"':
                return Json(string());
            case 't':
                return word("true", true);
            case 'f':
                return word("false", false);
            case 'n':
                return word("null", nullptr);
            default:
                return number();
        }
    }

    Json object(int depth) {
        Json::Object members;
        std::map<std::string, std::size_t> places;  // a name may come from outside, ten thousand times
        take('{');
        if (take('}')) return Json::object();
        do {
            skip_space();
            if (at_ >= text_.size() || text_[at_] != '"') fail("expected a key");
            auto key = string();
            if (!take(':')) fail("expected ':'");
            auto value = read(depth + 1);
            const auto [place, fresh] = places.try_emplace(key, members.size());
            if (fresh) {
                members.emplace_back(std::move(key), std::move(value));
            } else {
                members[place->second].second = std::move(value);
            }
        } while (take(','));
        if (!take('}')) fail("expected '}'");
        return Json::object(std::move(members));
    }

    Json array(int depth) {
        Json result = Json::array();
        take('[');
        if (take(']')) return result;
        do result.push_back(read(depth + 1));
        while (take(','));
        if (!take(']')) fail("expected ']'");
        return result;
    }

    Json number() {
        const auto end = std::min(text_.find_first_not_of("+-0123456789.eE", at_), text_.size());
        const auto digits = text_.substr(at_, end - at_);
        if (digits.empty() || !(digits[0] == '-' || (digits[0] >= '0' && digits[0] <= '9')))
            fail("unexpected character");
        std::int64_t whole = 0;
        const auto [stop, error] = std::from_chars(digits.data(), digits.data() + digits.size(), whole);
        if (error == std::errc() && stop == digits.data() + digits.size()) {
            at_ = end;
            return whole;
        }
        std::istringstream stream{std::string(digits)};  // from_chars for double is missing in some standard libraries
        stream.imbue(std::locale::classic());
        double real = 0;
        if (!(stream >> real) || stream.peek() != std::istringstream::traits_type::eof()) fail("not a number");
        at_ = end;
        return real;
    }

    std::string string() {
        std::string result;
        ++at_;
        for (;;) {
            if (at_ >= text_.size()) fail("unfinished string");
            const char c = text_[at_++];
            if (c == '"') return result;
            if (static_cast<unsigned char>(c) < 0x20) fail("control character in a string");
            if (c == '\\') {
                escape(result);
            } else {
                result += c;
            }
        }
    }

    void escape(std::string& result) {
        if (at_ >= text_.size()) fail("unfinished string");
        constexpr std::string_view names = "\"\\/bfnrt", values = "\"\\/\b\f\n\r\t";
        const char c = text_[at_++];
        if (const auto i = names.find(c); i != std::string_view::npos) {
            result += values[i];
        } else if (c == 'u') {
            append_utf8(result, code_point());
        } else {
            fail("unknown escape");
        }
    }

    unsigned code_point() {
        unsigned code = hex4();
        if (code < 0xD800 || code > 0xDFFF) return code;
        if (code > 0xDBFF || text_.substr(at_, 2) != "\\u") return 0xFFFD;  // half a surrogate pair
        at_ += 2;
        const unsigned low = hex4();
        if (low < 0xDC00 || low > 0xDFFF) return 0xFFFD;
        return 0x10000 + ((code - 0xD800) << 10) + (low - 0xDC00);
    }

    unsigned hex4() {
        unsigned code = 0;
        const auto digits = text_.substr(std::min(at_, text_.size()), 4);
        const auto [stop, error] = std::from_chars(digits.data(), digits.data() + digits.size(), code, 16);
        if (error != std::errc() || digits.size() != 4 || stop != digits.data() + 4) fail("bad \\u escape");
        at_ += 4;
        return code;
    }

    static void append_utf8(std::string& out, unsigned code) {
        if (code < 0x80) {
            out += static_cast<char>(code);
        } else if (code < 0x800) {
            out += static_cast<char>(0xC0 | code >> 6);
            out += static_cast<char>(0x80 | (code & 0x3F));
        } else if (code < 0x10000) {
            out += static_cast<char>(0xE0 | code >> 12);
            out += static_cast<char>(0x80 | (code >> 6 & 0x3F));
            out += static_cast<char>(0x80 | (code & 0x3F));
        } else {
            out += static_cast<char>(0xF0 | code >> 18);
            out += static_cast<char>(0x80 | (code >> 12 & 0x3F));
            out += static_cast<char>(0x80 | (code >> 6 & 0x3F));
            out += static_cast<char>(0x80 | (code & 0x3F));
        }
    }

    std::string_view text_;
    std::size_t at_ = 0;
};

inline void write_json_string(std::string& out, std::string_view text) {
    constexpr char hex[] = "0123456789abcdef";
    out += '"';
    for (const char c : text) {
        const auto byte = static_cast<unsigned char>(c);
        if (c == '"' || c == '\\') {
            out += {'\\', c};
        } else if (c == '\n') {
            out += "\\n";
        } else if (c == '\t') {
            out += "\\t";
        } else if (byte < 0x20) {
            out += {'\\', 'u', '0', '0', hex[byte >> 4], hex[byte & 15]};
        } else {
            out += c;
        }
    }
    out += '"';
}

inline void write_json(std::string& out, const Json& value) {
    if (value.is_object()) {
        out += '{';
        for (const auto& [name, member] : value.members()) {
            if (&member != &value.members().front().second) out += ',';
            write_json_string(out, name);
            out += ':';
            write_json(out, member);
        }
        out += '}';
    } else if (value.is_array()) {
        out += '[';
        for (const auto& item : value.items()) {
            if (&item != &value.items().front()) out += ',';
            write_json(out, item);
        }
        out += ']';
    } else if (value.is_string()) {
        write_json_string(out, value.as_string());
    } else if (value.is_bool()) {
        out += value.as_bool() ? "true" : "false";
    } else if (value.is_int()) {
        out += std::to_string(value.as_int());
    } else if (value.is_number() && std::isfinite(value.as_double())) {
        std::ostringstream stream;
        stream.imbue(std::locale::classic());
        stream.precision(17);
        stream << value.as_double();
        out += stream.str();
    } else {
        out += "null";
    }
}

}  // namespace detail

inline Json Json::parse(std::string_view text) {
    return detail::JsonReader(text).document();
}

inline std::string Json::dump() const {
    std::string out;
    detail::write_json(out, *this);
    return out;
}

}  // namespace parley
