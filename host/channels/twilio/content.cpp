#include "channels/twilio/content.hpp"

#include <algorithm>
#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>
#include <cmath>

#include "channels/degrees.hpp"
#include "core/json_reader.hpp"
#include "core/text.hpp"

namespace parley::channels {

namespace json = boost::json;

namespace {

// The label ends the value: nothing to escape, but it is one line.
std::string one_line(std::string_view text) {
    std::string line(text::trim(text));
    std::replace_if(
        line.begin(), line.end(), [](char c) { return c == '\n' || c == '\r' || c == '|'; }, ' ');
    return line;
}

// What a parameter of the Cloud API's says, whatever its type.
std::string text_of(const JsonReader& parameter) {
    const std::string_view type = parameter["type"].view_or("text");
    const JsonReader value = parameter[type];
    for (const char* key : {"fallback_value", "link", "id"}) {
        if (value[key]) return value[key].text_or("");
    }
    for (const JsonReader& plain : {value, parameter["text"], parameter["payload"]}) {
        if (plain) return plain.text_or("");
    }
    return {};
}

json::object variables_of(const JsonReader& components) {
    json::object variables;
    std::size_t number = 0;
    for (std::size_t i = 0; i < components.size(); ++i) {
        const JsonReader parameters = components[i]["parameters"];
        for (std::size_t k = 0; k < parameters.size(); ++k) {
            ++number;
            std::string name = parameters[k]["parameter_name"].string_or("");
            if (name.empty()) name = std::to_string(number);
            variables[name] = text_of(parameters[k]);
        }
    }
    return variables;
}

}  // namespace

bool is_content_sid(std::string_view name) {
    return name.size() == 34 && name.starts_with("HX") && std::all_of(name.begin() + 2, name.end(), [](char c) {
               return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
           });
}

Result<net::FormFields> twilio_location(std::string_view payload) {
    const Result<json::value> document = parse_json(payload);
    if (!document) return document.error();
    JsonProblem problem;
    const JsonReader root(*document, problem);
    const double latitude = root["latitude"].number_or(NAN), longitude = root["longitude"].number_or(NAN);
    if (!is_place(latitude, longitude)) {
        return make_error(Errc::invalid, "the location needs a latitude (-90 to 90) and a longitude (-180 to 180)");
    }
    const std::string where = to_degrees(latitude) + "," + to_degrees(longitude);
    const std::string name = one_line(root["name"].view_or("")), address = one_line(root["address"].view_or(""));
    const std::string& label = address.empty() ? name : address;
    std::string action = "geo:" + where;
    if (!label.empty()) action.append("|").append(label);
    const std::string& body = !name.empty() ? name : !address.empty() ? address : where;
    return net::FormFields{{"Body", body}, {"PersistentAction", action}};
}

Result<net::FormFields> twilio_template(std::string_view payload) {
    const Result<json::value> document = parse_json(payload);
    if (!document) return document.error();
    JsonProblem problem;
    const JsonReader root(*document, problem);
    const std::string name = root["name"].string_or("");
    if (!is_content_sid(name)) {
        return make_error(Errc::invalid,
                          "Twilio knows templates by their content id: name the template HX..., as its Content "
                          "Template Builder shows it, not " +
                              std::string(text::truncate_utf8(name.empty() ? "(nothing)" : name, 100)));
    }
    net::FormFields fields{{"ContentSid", name}};
    const json::object variables = variables_of(root["components"]);
    if (!variables.empty()) fields.emplace_back("ContentVariables", json::serialize(variables));
    return fields;
}

}  // namespace parley::channels
