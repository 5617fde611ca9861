#include "api/schema.hpp"

#include <algorithm>
#include <boost/json.hpp>
#include <cmath>
#include <set>
#include <stdexcept>

#include "core/text.hpp"

namespace parley::api {
namespace {

namespace json = boost::json;
using Violation = std::optional<std::string>;

bool is_integer(const json::value& value) {
    if (value.is_int64() || value.is_uint64()) return true;
    return value.is_double() && std::trunc(value.get_double()) == value.get_double();
}

bool has_type(const json::value& value, std::string_view type) {
    if (type == "object") return value.is_object();
    if (type == "array") return value.is_array();
    if (type == "string") return value.is_string();
    if (type == "boolean") return value.is_bool();
    if (type == "null") return value.is_null();
    if (type == "integer") return value.is_number() && is_integer(value);
    return type == "number" && value.is_number();
}

std::string words_for(std::string_view type) {
    if (type == "string") return "a text";
    if (type == "boolean") return "true or false";
    if (type == "integer") return "a whole number";
    if (type == "number") return "a number";
    if (type == "array") return "a list";
    return type == "null" ? "null" : "an object";
}

class Checker {
public:
    explicit Checker(const json::object& document) : document_(document) {}

    Violation check(const json::value& schema, const json::value& value, const std::string& where) const {
        const json::object& rules = resolved(document_, schema);
        if (auto wrong = check_type(rules, value, where)) return wrong;
        if (auto wrong = check_choice(rules, value, where)) return wrong;
        if (auto wrong = check_parts(rules, value, where)) return wrong;
        if (value.is_object()) return check_object(rules, value.get_object(), where);
        if (value.is_array()) return check_array(rules, value.get_array(), where);
        if (value.is_string()) return check_text(rules, value.get_string(), where);
        if (value.is_number()) return check_number(rules, value.to_number<double>(), where);
        return std::nullopt;
    }

private:
    static Violation check_type(const json::object& rules, const json::value& value, const std::string& where) {
        const auto* type = rules.if_contains("type");
        if (!type) return std::nullopt;
        if (type->is_string()) {
            if (has_type(value, type->get_string())) return std::nullopt;
            return where + ": must be " + words_for(type->get_string());
        }
        std::string all;
        for (const auto& one : type->as_array()) {
            if (has_type(value, one.as_string())) return std::nullopt;
            all += (all.empty() ? "" : " or ") + words_for(one.as_string());
        }
        return where + ": must be " + all;
    }

    static Violation check_choice(const json::object& rules, const json::value& value, const std::string& where) {
        if (const auto* constant = rules.if_contains("const"); constant && *constant != value)
            return where + ": must be " + json::serialize(*constant);
        const auto* choices = rules.if_contains("enum");
        if (!choices) return std::nullopt;
        std::string all;
        for (const auto& one : choices->as_array()) {
            if (one == value) return std::nullopt;
            all += (all.empty() ? "" : ", ") + (one.is_string() ? std::string(one.get_string()) : json::serialize(one));
        }
        return where + ": must be one of " + all;
    }

    Violation check_parts(const json::object& rules, const json::value& value, const std::string& where) const {
        if (const auto* all = rules.if_contains("allOf"))
            for (const auto& part : all->as_array())
                if (auto wrong = check(part, value, where)) return wrong;
        for (const char* name : {"anyOf", "oneOf"}) {
            const auto* parts = rules.if_contains(name);
            if (!parts) continue;
            int fitting = 0;
            Violation last;
            for (const auto& part : parts->as_array()) {
                auto wrong = check(part, value, where);
                if (!wrong)
                    ++fitting;
                else
                    last = std::move(wrong);
            }
            if (fitting == 0) return last;
            if (fitting > 1 && name == std::string_view("oneOf")) return where + ": fits more than one form";
        }
        return std::nullopt;
    }

    Violation check_object(const json::object& rules, const json::object& value, const std::string& where) const {
        if (const auto* required = rules.if_contains("required"))
            for (const auto& name : required->as_array())
                if (!value.contains(name.as_string()))
                    return where + "." + std::string(name.as_string()) + ": is missing";
        const auto* properties = rules.if_contains("properties");
        const auto* others = rules.if_contains("additionalProperties");
        for (const auto& [key, member] : value) {
            const std::string place = where + "." + std::string(key);
            const auto* known = properties ? properties->as_object().if_contains(key) : nullptr;
            if (known) {
                if (auto wrong = check(*known, member, place)) return wrong;
            } else if (others && others->is_object()) {
                if (auto wrong = check(*others, member, place)) return wrong;
            } else if (others && !others->as_bool()) {
                return place + ": is not known here";
            }
        }
        const auto* most = rules.if_contains("maxProperties");
        if (most && value.size() > most->to_number<std::size_t>()) return where + ": has too many members";
        return std::nullopt;
    }

    Violation check_array(const json::object& rules, const json::array& value, const std::string& where) const {
        if (const auto* least = rules.if_contains("minItems"); least && value.size() < least->to_number<std::size_t>())
            return where + ": must have at least " + json::serialize(*least) + " items";
        if (const auto* most = rules.if_contains("maxItems"); most && value.size() > most->to_number<std::size_t>())
            return where + ": must have at most " + json::serialize(*most) + " items";
        if (const auto* items = rules.if_contains("items"))
            for (std::size_t i = 0; i < value.size(); ++i)
                if (auto wrong = check(*items, value[i], where + "[" + std::to_string(i) + "]")) return wrong;
        return std::nullopt;
    }

    static Violation check_text(const json::object& rules, const json::string& value, const std::string& where) {
        const auto* least = rules.if_contains("minLength");
        const auto* most = rules.if_contains("maxLength");
        if (!least && !most) return std::nullopt;
        const std::size_t length = text::characters(value);
        if (least && length < least->to_number<std::size_t>())
            return where + (length == 0 ? ": must not be empty"
                                        : ": must have at least " + json::serialize(*least) + " characters");
        if (most && length > most->to_number<std::size_t>())
            return where + ": must have at most " + json::serialize(*most) + " characters";
        return std::nullopt;
    }

    static Violation check_number(const json::object& rules, double value, const std::string& where) {
        if (const auto* least = rules.if_contains("minimum"); least && value < least->to_number<double>())
            return where + ": must be at least " + json::serialize(*least);
        if (const auto* most = rules.if_contains("maximum"); most && value > most->to_number<double>())
            return where + ": must be at most " + json::serialize(*most);
        if (const auto* bound = rules.if_contains("exclusiveMinimum"); bound && value <= bound->to_number<double>())
            return where + ": must be more than " + json::serialize(*bound);
        return std::nullopt;
    }

    const json::object& document_;
};

}  // namespace

const json::object& resolved(const json::object& document, const json::value& schema) {
    const json::object* at = &schema.as_object();
    for (int steps = 0; const auto* reference = at->if_contains("$ref"); ++steps) {
        const std::string path(reference->as_string());
        json::error_code error;
        const json::value* found = nullptr;
        if (path.starts_with("#/") && steps < 16) {
            const json::object* step = &document;
            for (std::size_t from = 2; from <= path.size() && step;) {
                const auto slash = std::min(path.find('/', from), path.size());
                found = step->if_contains(std::string_view(path).substr(from, slash - from));
                step = found ? found->if_object() : nullptr;
                from = slash + 1;
            }
        }
        if (!found || !found->is_object()) throw std::logic_error("the reference " + path + " leads nowhere");
        at = &found->get_object();
    }
    return *at;
}

std::optional<std::string> violation(const json::object& document, const json::value& schema, const json::value& value,
                                     const std::string& where) {
    return Checker(document).check(schema, value, where);
}

std::optional<std::string> unknown_keyword(const json::value& schema, const std::string& where) {
    static const std::set<std::string_view> checked = {
        "$ref",     "type",     "enum",         "const",     "properties", "required", "additionalProperties", "items",
        "minItems", "maxItems", "minLength",    "maxLength", "minimum",    "maximum",  "exclusiveMinimum",     "oneOf",
        "anyOf",    "allOf",    "maxProperties"};
    static const std::set<std::string_view> words = {"description", "title",     "format",          "pattern",
                                                     "example",     "examples",  "default",         "deprecated",
                                                     "readOnly",    "writeOnly", "contentEncoding", "contentMediaType"};
    if (!schema.is_object()) return where + " is no schema";
    for (const auto& [key, value] : schema.get_object()) {
        const std::string place = where + "." + std::string(key);
        if (!checked.contains(key) && !words.contains(key) && key != "x-secret") return place;
        std::vector<std::pair<const json::value*, std::string>> inner;
        if (key == "items" || (key == "additionalProperties" && value.is_object())) inner.emplace_back(&value, place);
        if (key == "properties")
            for (const auto& member : value.as_object())
                inner.emplace_back(&member.value(), place + "." + std::string(member.key()));
        if (key == "oneOf" || key == "anyOf" || key == "allOf")
            for (const auto& part : value.as_array()) inner.emplace_back(&part, place);
        for (const auto& [one, at] : inner)
            if (auto unknown = unknown_keyword(*one, at)) return unknown;
    }
    return std::nullopt;
}

}  // namespace parley::api
