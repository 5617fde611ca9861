#include "api/contract.hpp"

#include <algorithm>
#include <boost/json.hpp>
#include <charconv>
#include <stdexcept>

#include "api/schema.hpp"
#include "core/text.hpp"
#include "net/form.hpp"

namespace parley::api {
namespace {

namespace json = boost::json;

constexpr const char* methods[] = {"get", "put", "post", "patch", "delete"};

[[noreturn]] void broken(const std::string& what) {
    throw std::logic_error("the API's document: " + what);
}

json::value reference(const std::string& kind, const std::string& name) {
    return json::object{{"$ref", "#/components/" + kind + "/" + name}};
}

std::string upper(std::string_view method) {
    std::string out(method);
    for (char& c : out) c = static_cast<char>(std::toupper(static_cast<unsigned char>(c)));
    return out;
}

// A parameter comes as text: what its schema wants decides what it is read as.
json::value read_as(const json::object& schema, const std::string& text) {
    const auto* type = schema.if_contains("type");
    const std::string_view wanted = type && type->is_string() ? std::string_view(type->get_string()) : "string";
    if (wanted == "boolean" && (text == "true" || text == "false")) return text == "true";
    if (wanted == "integer" || wanted == "number") {
        std::int64_t number = 0;
        const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
        if (error == std::errc() && end == text.data() + text.size() && !text.empty()) return number;
    }
    return json::string(text);
}

// The one pattern that is checked here (see schema.hpp), for no path that holds an id means anything else.
bool is_no_id(const json::object& schema, const std::string& value) {
    const auto* pattern = schema.if_contains("pattern");
    return pattern && pattern->as_string() == "^[0-9]{1,19}$" && (!text::is_digits(value) || value.size() > 19);
}

void add_parameter(json::object& operation, const char* name) {
    auto& parameters = operation["parameters"];
    if (!parameters.is_array()) parameters = json::array();
    parameters.get_array().push_back(reference("parameters", name));
}

// What the gate, or the server before it, may answer.
void add_answers(json::object& operation, bool open, bool changes, bool edits) {
    auto& answers = operation["responses"].as_object();
    const auto add = [&](const char* status, const char* name) {
        if (!answers.contains(status)) answers[status] = reference("responses", name);
    };
    add("400", "Invalid");
    add("408", "TooSlow");
    add("413", "TooLarge");
    add("417", "Invalid");
    add("431", "LongHead");
    if (!open) {
        add("401", "Unauthorized");
        add("403", "Forbidden");
        add("429", "TooMany");
    }
    if (changes) {
        add("404", "NotFound");
        add("409", "Conflict");
        add("415", "WrongType");
        add("422", "Unprocessable");
    }
    if (edits) add("412", "Changed");
    add("500", "Internal");
    add("503", "Unavailable");
    add("504", "Timeout");
    add("505", "Invalid");
}

// Of operations that have nothing to do with the gate: what the server answers in front of them.
void add_plain_answers(json::object& operation) {
    auto& answers = operation["responses"].as_object();
    for (const char* status : {"400", "408", "413", "417", "431", "500", "503", "505"})
        if (!answers.contains(status)) answers[status] = reference("responses", "Plain");
}

}  // namespace

Contract::Contract() {
    constexpr std::string_view head = "parley.json";  // what a document begins with
    for (const auto& [name, part] : openapi_parts())
        if (name == head) join(name, part);
    for (const auto& [name, part] : openapi_parts())
        if (name != head) join(name, part);
    complete();
    text_ = json::serialize(document_);
    for (const auto& [path, item] : document_.at("paths").as_object())
        for (const char* method : methods)
            if (const auto* operation = item.as_object().if_contains(method))
                read_operation(path, method, operation->as_object());
}

void Contract::join(std::string_view name, std::string_view part) {
    json::error_code error;
    auto parsed = json::parse(part, error);
    if (error || !parsed.is_object()) broken(std::string(name) + " is no JSON object");
    for (auto& [key, value] : parsed.get_object()) {
        if (key == "paths" || key == "components") {
            auto& into = document_[key];
            if (!into.is_object()) into = json::object();
            for (auto& [inner, member] : value.as_object()) {
                if (key == "paths") {
                    if (!into.get_object().emplace(inner, std::move(member)).second)
                        broken(std::string(inner) + " is there twice");
                    continue;
                }
                auto& kind = into.get_object()[inner];
                if (!kind.is_object()) kind = json::object();
                for (auto& [component, body] : member.as_object())
                    if (!kind.get_object().emplace(component, std::move(body)).second)
                        broken(std::string(component) + " is there twice");
            }
        } else if (!document_.emplace(key, std::move(value)).second) {
            broken(std::string(key) + " is there twice");
        }
    }
}

void Contract::complete() {
    document_["info"].as_object()["version"] = PARLEY_VERSION;
    for (auto& [path, item] : document_.at("paths").as_object()) {
        const bool shown = item.as_object().contains("get");
        for (const char* method : methods) {
            auto* found = item.as_object().if_contains(method);
            if (!found) continue;
            auto& operation = found->as_object();
            if (operation.contains("x-outside")) {
                add_plain_answers(operation);
                continue;
            }
            const std::string_view name = method;
            const bool open = operation.contains("security") && operation["security"].as_array().empty();
            const bool edits = shown && (name == "put" || name == "patch" || name == "delete");
            if (name == "post") add_parameter(operation, "IdempotencyKey");
            if (edits) add_parameter(operation, "IfMatch");
            add_answers(operation, open, name != "get", edits);
        }
    }
}

void Contract::read_operation(const std::string& path, const std::string& method, const json::object& object) {
    Operation one;
    const auto* id = object.if_contains("operationId");
    if (!id) broken(method + " " + path + " has no operationId");
    one.id = id->as_string();
    if (find(one.id)) broken(one.id + " is there twice");
    one.method = upper(method);
    one.path = path;
    const auto& security = object.at("security").as_array();
    one.open = security.empty();
    one.outside = object.contains("x-outside");
    if (!one.open) one.security = security.at(0).as_object().begin()->key();
    if (const auto* owner = object.if_contains("x-owner")) one.owner = owner->as_string();
    if (!one.open && !one.outside) {
        one.scope = security.at(0).as_object().at("key").as_array().at(0).as_string();
        const auto role = auth::role_from(object.at("x-role").as_string());
        if (!role) broken(one.id + " has no x-role");
        one.role = *role;
    }
    if (const auto* most = object.if_contains("x-max-body")) one.max_body = most->to_number<std::size_t>();
    if (const auto* deadline = object.if_contains("x-deadline")) one.deadline_ms = deadline->to_number<int>();
    if (const auto* raw = object.if_contains("x-raw")) one.raw = raw->as_bool();
    one.unrecorded = object.contains("x-unrecorded");
    if (const auto* body = object.if_contains("requestBody")) {
        const auto* required = body->as_object().if_contains("required");
        one.body_required = required && required->as_bool();
        const auto* plain = body->as_object().at("content").as_object().if_contains("application/json");
        if (plain) one.body = &plain->as_object().at("schema");
    }
    if (const auto* parameters = object.if_contains("parameters"))
        for (const auto& item : parameters->as_array()) {
            const auto& parameter = resolved(document_, item);
            const std::string_view in = parameter.at("in").as_string();
            const auto* required = parameter.if_contains("required");
            one.parameters.push_back({std::string(parameter.at("name").as_string()),
                                      in == "path"    ? Parameter::In::path
                                      : in == "query" ? Parameter::In::query
                                                      : Parameter::In::header,
                                      required && required->as_bool(), &parameter.at("schema")});
        }
    operations_.push_back(std::move(one));
}

const Operation* Contract::find(std::string_view method, std::string_view path) const {
    const auto found = std::find_if(operations_.begin(), operations_.end(),
                                    [&](const auto& one) { return one.method == method && one.path == path; });
    return found == operations_.end() ? nullptr : &*found;
}

const Operation* Contract::find(std::string_view id) const {
    const auto found =
        std::find_if(operations_.begin(), operations_.end(), [&](const auto& one) { return one.id == id; });
    return found == operations_.end() ? nullptr : &*found;
}

bool Contract::is_edited(std::string_view path) const {
    return std::any_of(operations_.begin(), operations_.end(),
                       [&](const auto& one) { return one.edits() && one.path == path; });
}

std::string Contract::without_secrets(const Operation& operation, int status, const std::string& body) const {
    const auto& item = document_.at("paths").at(operation.path).at(text::to_lower_ascii(operation.method));
    const auto* answer = item.at("responses").as_object().if_contains(std::to_string(status));
    const auto* content = answer ? resolved(document_, *answer).if_contains("content") : nullptr;
    const auto* plain = content ? content->as_object().if_contains("application/json") : nullptr;
    if (!plain) return body;
    const auto& schema = resolved(document_, plain->as_object().at("schema"));
    const auto* properties = schema.if_contains("properties");
    if (!properties) return body;
    json::error_code error;
    json::value value;
    for (const auto& [name, property] : properties->as_object()) {
        const auto* object = property.if_object();
        if (!object || !object->contains("x-secret")) continue;
        if (value.is_null()) value = json::parse(body, error);
        if (error || !value.is_object()) return body;
        if (value.get_object().contains(name)) value.get_object()[name] = "***";
    }
    return value.is_null() ? body : json::serialize(value);
}

std::optional<std::string> Contract::check_body(const Operation& operation, const json::value& body) const {
    return operation.body ? violation(document_, *operation.body, body, "body") : std::nullopt;
}

std::optional<std::string> Contract::check_parameters(const Operation& operation, const net::Request& request) const {
    const auto fields = net::form_decode(request.query);
    if (!fields) return "the query of the URL is broken: " + fields.error().message;
    for (const auto& field : *fields) {
        const auto& name = field.first;
        const auto& value = field.second;
        if (!text::is_storable(name)) return "the query of the URL is broken: names must be UTF-8 without NUL";
        const auto known = std::find_if(operation.parameters.begin(), operation.parameters.end(), [&](const auto& one) {
            return one.in == Parameter::In::query && one.name == name;
        });
        if (known == operation.parameters.end())
            return std::string(text::truncate_utf8(name, 40)) + ": is not a parameter here; see /openapi.json";
        if (!text::is_storable(value)) return name + ": must be UTF-8 without NUL";
        if (auto wrong =
                violation(document_, *known->schema, read_as(resolved(document_, *known->schema), value), name))
            return wrong;
        if (std::count_if(fields->begin(), fields->end(), [&](const auto& other) { return other.first == name; }) > 1)
            return name + ": is given twice; give it once";
    }
    for (const auto& one : operation.parameters) {
        if (one.in == Parameter::In::query) {
            if (one.required && !request.query_value(one.name)) return one.name + ": is missing";
            continue;
        }
        const bool in_path = one.in == Parameter::In::path;
        const std::string value(in_path ? request.path_value(one.name) : request.headers.get(one.name));
        if (!in_path && !request.headers.has(one.name)) {
            if (one.required) return one.name + ": is missing";
            continue;
        }
        if (!text::is_storable(value)) return one.name + ": must be UTF-8 without NUL";
        if (is_no_id(resolved(document_, *one.schema), value)) return one.name + ": must be an id: digits";
        if (auto wrong = violation(document_, *one.schema, read_as(resolved(document_, *one.schema), value), one.name))
            return wrong;
    }
    return std::nullopt;
}

std::optional<std::string> Contract::check_answer(const Operation& operation, int status, std::string_view content_type,
                                                  std::string_view body) const {
    const auto& answers = document_.at("paths").at(operation.path).at(text::to_lower_ascii(operation.method));
    const auto* found = answers.at("responses").as_object().if_contains(std::to_string(status));
    if (!found) return operation.id + " may not answer " + std::to_string(status);
    const auto* content = resolved(document_, *found).if_contains("content");
    if (!content) return body.empty() ? std::nullopt : std::optional(operation.id + ": the answer has no body");
    const auto type = content_type.substr(0, content_type.find(';'));
    const auto* media = content->as_object().if_contains(type);
    if (!media) media = content->as_object().if_contains("*/*");
    if (!media) return operation.id + " may not answer " + std::string(content_type);
    const auto* schema = media->as_object().if_contains("schema");
    if (!schema || type.find("json") == std::string_view::npos) return std::nullopt;
    json::error_code error;
    const auto value = json::parse(body, error);
    if (error) return operation.id + ": the answer is no JSON";
    return violation(document_, *schema, value, operation.id);
}

}  // namespace parley::api
