// A small JSON value: what storage keeps and services answer with. Objects keep the order in which keys were added.
// Reading is forgiving: a missing key or another type gives the default, so that json["a"]["b"].as_string() never
// throws.
#pragma once

#include <cstdint>
#include <stdexcept>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <variant>
#include <vector>

namespace parley {

class JsonError : public std::runtime_error {
public:
    using std::runtime_error::runtime_error;
};

class Json {
public:
    using Array = std::vector<Json>;
    using Object = std::vector<std::pair<std::string, Json>>;

    Json() = default;  // null
    Json(std::nullptr_t) {}
    Json(bool value) : value_(value) {}
    Json(double value) : value_(value) {}
    template <class Int>
    requires(std::is_integral_v<Int> && !std::is_same_v<Int, bool>) Json(Int value)
        : value_(static_cast<std::int64_t>(value)) {}
    Json(const char* value) : value_(std::string(value)) {}
    Json(std::string_view value) : value_(std::string(value)) {}
    Json(std::string value) : value_(std::move(value)) {}

    static Json array(Array items = {}) { return Json(Value(std::move(items))); }
    static Json object(Object members = {}) { return Json(Value(std::move(members))); }

    // Throws JsonError when `text` is not exactly one JSON value.
    static Json parse(std::string_view text);
    std::string dump() const;

    bool is_null() const { return std::holds_alternative<std::monostate>(value_); }
    bool is_bool() const { return std::holds_alternative<bool>(value_); }
    bool is_number() const { return is_int() || std::holds_alternative<double>(value_); }
    bool is_int() const { return std::holds_alternative<std::int64_t>(value_); }
    bool is_string() const { return std::holds_alternative<std::string>(value_); }
    bool is_array() const { return std::holds_alternative<Array>(value_); }
    bool is_object() const { return std::holds_alternative<Object>(value_); }

    bool as_bool(bool otherwise = false) const { return is_bool() ? std::get<bool>(value_) : otherwise; }
    std::int64_t as_int(std::int64_t otherwise = 0) const;
    double as_double(double otherwise = 0) const;
    std::string as_string(std::string otherwise = {}) const {
        if (is_string()) return std::get<std::string>(value_);
        return otherwise;
    }

    // Elements of an array, members of an object; nothing for everything else. Of a temporary they are yours, so that
    // `for (const auto& file : request.json()["files"].items())` loops over what is still there.
    const Array& items() const&;
    Array items() &&;
    const Object& members() const&;
    Object members() &&;
    std::size_t size() const { return is_array() ? items().size() : members().size(); }

    bool contains(std::string_view key) const { return find(key) != nullptr; }
    const Json& operator[](std::string_view key) const& {
        const Json* value = find(key);
        return value != nullptr ? *value : null();
    }
    Json operator[](std::string_view key) &&;
    // Makes the member; null becomes an object.
    Json& operator[](std::string_view key) &;
    // Appends; null becomes an array.
    void push_back(Json value);

    friend bool operator==(const Json& a, const Json& b) { return a.value_ == b.value_; }

private:
    using Value = std::variant<std::monostate, bool, std::int64_t, double, std::string, Array, Object>;

    explicit Json(Value value) : value_(std::move(value)) {}
    static const Json& null();
    const Json* find(std::string_view key) const;

    Value value_;
};

}  // namespace parley

#include "detail/json_text.hpp"
