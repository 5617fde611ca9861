#include "gpt/json_schema.hpp"

#include <boost/json/serialize.hpp>
#include <boost/json/value.hpp>
#include <cmath>

#include "core/json_reader.hpp"
#include "core/text.hpp"

namespace parley::gpt {
namespace {

namespace json = boost::json;

constexpr int max_depth = 64;

bool has_type(const json::value& value, std::string_view type) {
    if (type == "object") return value.is_object();
    if (type == "array") return value.is_array();
    if (type == "string") return value.is_string();
    if (type == "boolean") return value.is_bool();
    if (type == "null") return value.is_null();
    if (type == "number") return value.is_number();
    if (type == "integer")
        return value.is_int64() || value.is_uint64() ||
               (value.is_double() && std::floor(value.as_double()) == value.as_double());
    return true;
}

class Validator {
public:
    explicit Validator(const json::value& root) : root_(root) {}

    // What is wrong first.
    std::optional<std::string> check(const json::value& value, const json::value& schema, const std::string& path,
                                     int depth = 0) {
        if (depth > max_depth) return wrong(path, "is nested too deeply");
        if (schema.is_bool()) return schema.as_bool() ? std::nullopt : wrong(path, "must not be there");
        const auto* rules = schema.if_object();
        if (!rules) return std::nullopt;
        if (const auto* reference = rules->if_contains("$ref")) {
            const auto* target = resolve(*reference);
            return target ? check(value, *target, path, depth + 1) : std::nullopt;
        }
        if (auto why = check_kind(value, *rules, path)) return why;
        if (auto why = check_choices(value, *rules, path, depth)) return why;
        if (auto why = check_numbers(value, *rules, path)) return why;
        if (value.is_object()) return check_object(value.get_object(), *rules, path, depth);
        if (value.is_array()) return check_array(value.get_array(), *rules, path, depth);
        return std::nullopt;
    }

private:
    static std::optional<std::string> wrong(const std::string& path, std::string_view what) {
        return (path.empty() ? "the answer" : path) + ": " + std::string(what);
    }

    const json::value* resolve(const json::value& reference) const {
        const auto* text = reference.if_string();
        if (!text || !std::string_view(*text).starts_with('#')) return nullptr;
        json::error_code error;
        const auto* target = root_.find_pointer(std::string_view(*text).substr(1), error);
        return error ? nullptr : target;
    }

    std::optional<std::string> check_kind(const json::value& value, const json::object& rules,
                                          const std::string& path) {
        if (const auto* type = rules.if_contains("type")) {
            bool fits = !type->is_string() && !type->is_array();
            if (type->is_string()) fits = has_type(value, type->get_string());
            if (type->is_array())
                for (const auto& one : type->get_array())
                    fits = fits || (one.is_string() && has_type(value, one.get_string()));
            if (!fits) return wrong(path, "is not of type " + json::serialize(*type));
        }
        if (const auto* constant = rules.if_contains("const"); constant && *constant != value)
            return wrong(path, "must be " + json::serialize(*constant));
        const auto* choices = rules.if_contains("enum");
        if (choices && choices->is_array()) {
            for (const auto& choice : choices->get_array())
                if (choice == value) return std::nullopt;
            return wrong(path, "must be one of " + json::serialize(*choices));
        }
        return std::nullopt;
    }

    std::optional<std::string> check_choices(const json::value& value, const json::object& rules,
                                             const std::string& path, int depth) {
        if (const auto* all = rules.if_contains("allOf"); all && all->is_array())
            for (const auto& one : all->get_array())
                if (auto why = check(value, one, path, depth + 1)) return why;
        for (const char* name : {"anyOf", "oneOf"}) {
            const auto* any = rules.if_contains(name);
            if (!any || !any->is_array()) continue;
            std::optional<std::string> first;
            bool fits = false;
            for (const auto& one : any->get_array()) {
                auto why = check(value, one, path, depth + 1);
                fits = fits || !why;
                if (!first) first = why;
            }
            if (!fits) return first ? first : wrong(path, "fits none of the choices");
        }
        return std::nullopt;
    }

    std::optional<std::string> check_numbers(const json::value& value, const json::object& rules,
                                             const std::string& path) {
        const auto limit = [&](const char* name) -> std::optional<double> {
            const auto* found = rules.if_contains(name);
            return found && found->is_number() ? std::optional(found->to_number<double>()) : std::nullopt;
        };
        const auto outside = [&](double size, const char* least, const char* most) {
            const auto low = limit(least), high = limit(most);
            return (low && size < *low) || (high && size > *high);
        };
        if (value.is_number()) {
            const auto number = value.to_number<double>();
            const auto above = limit("exclusiveMinimum"), below = limit("exclusiveMaximum");
            if (outside(number, "minimum", "maximum") || (above && number <= *above) || (below && number >= *below))
                return wrong(path, "is out of range");
        }
        if (value.is_string() &&
            outside(static_cast<double>(text::characters(value.get_string())), "minLength", "maxLength"))
            return wrong(path, "is too long or too short");
        if (value.is_array() && outside(static_cast<double>(value.get_array().size()), "minItems", "maxItems"))
            return wrong(path, "has too many or too few items");
        return std::nullopt;
    }

    std::optional<std::string> check_object(const json::object& object, const json::object& rules,
                                            const std::string& path, int depth) {
        if (const auto* required = rules.if_contains("required"); required && required->is_array())
            for (const auto& name : required->get_array())
                if (name.is_string() && !object.contains(name.get_string()))
                    return wrong(path, "lacks \"" + std::string(name.get_string()) + "\"");
        const auto* properties = rules.if_contains("properties");
        const auto* others = rules.if_contains("additionalProperties");
        for (const auto& [name, member] : object) {
            const auto* rule =
                properties && properties->is_object() ? properties->get_object().if_contains(name) : nullptr;
            if (!rule) rule = others;
            if (!rule) continue;
            if (auto why =
                    check(member, *rule, path.empty() ? std::string(name) : path + "." + std::string(name), depth + 1))
                return why;
        }
        return std::nullopt;
    }

    std::optional<std::string> check_array(const json::array& array, const json::object& rules, const std::string& path,
                                           int depth) {
        const auto* items = rules.if_contains("items");
        if (!items) return std::nullopt;
        for (std::size_t i = 0; i < array.size(); ++i)
            if (auto why = check(array[i], *items, path + "[" + std::to_string(i) + "]", depth + 1)) return why;
        return std::nullopt;
    }

    const json::value& root_;
};

// From the first '{' or '[' to the last of its partners.
std::string_view braces_of(std::string_view text) {
    const auto begin = text.find_first_of("{[");
    if (begin == std::string_view::npos) return text;
    const auto end = text.rfind(text[begin] == '{' ? '}' : ']');
    return end == std::string_view::npos || end < begin ? text.substr(begin) : text.substr(begin, end - begin + 1);
}

}  // namespace

std::optional<std::string> mismatch(const json::value& value, const json::value& schema) {
    return Validator(schema).check(value, schema, "");
}

Result<std::string> extract_json(std::string_view answer, std::string_view schema) {
    auto parsed = parse_json(text::trim(answer));
    if (!parsed) parsed = parse_json(braces_of(answer));
    if (!parsed) return make_error(Errc::invalid, "the answer is not JSON: " + parsed.error().message);
    const auto rules = parse_json(schema);
    if (!rules) return make_error(Errc::invalid, "the schema is not JSON: " + rules.error().message);
    if (const auto why = mismatch(*parsed, *rules)) return make_error(Errc::invalid, *why);
    return json::serialize(*parsed);
}

json::value schema_object(std::string_view text) {
    auto schema = parse_json(text);
    if (schema && schema->is_object()) return *schema;
    return json::object{{"type", "object"}, {"properties", json::object()}};
}

bool is_strict(const json::value& schema) {
    if (schema.is_array()) {
        for (const auto& item : schema.get_array())
            if (!is_strict(item)) return false;
        return true;
    }
    const auto* rules = schema.if_object();
    if (!rules) return true;
    if (const auto* properties = rules->if_contains("properties"); properties && properties->is_object()) {
        const auto* others = rules->if_contains("additionalProperties");
        if (!others || !others->is_bool() || others->get_bool()) return false;
        const auto* required = rules->if_contains("required");
        if (!required || !required->is_array()) return false;
        for (const auto& [name, rule] : properties->get_object()) {
            bool named = false;
            for (const auto& one : required->get_array())
                named = named || (one.is_string() && one.get_string() == name);
            if (!named || !is_strict(rule)) return false;
        }
    }
    for (const auto& [name, rule] : *rules)
        if (name != "properties" && name != "enum" && name != "const" && !is_strict(rule)) return false;
    return true;
}

}  // namespace parley::gpt
