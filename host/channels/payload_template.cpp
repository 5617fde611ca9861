// Messages made from an approved template.
#include <algorithm>

#include "channels/payload_rules.hpp"
#include "channels/twilio/content.hpp"
#include "core/text.hpp"

namespace parley::channels::payload {

namespace {

constexpr std::size_t kNameLength = 512, kButtons = 10, kCards = 10, kParameter = 32'768;

bool is_name(std::string_view text) {
    return std::all_of(text.begin(), text.end(),
                       [](char c) { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_'; });
}

// "en", "en_US", "fil", "pt_BR", "zh_Hans_CN" is not one of Meta's.
bool is_language(std::string_view code) {
    const std::size_t bar = std::min(code.find('_'), code.size());
    const std::string_view language = code.substr(0, bar);
    const std::string_view country = code.substr(std::min(bar + 1, code.size()));
    const auto all = [](std::string_view part, char first, char last) {
        return std::all_of(part.begin(), part.end(), [=](char c) { return c >= first && c <= last; });
    };
    if (language.size() < 2 || language.size() > 3 || !all(language, 'a', 'z')) return false;
    return bar == code.size() || ((country.size() == 2 || country.size() == 3) && all(country, 'A', 'Z'));
}

void check_language(const JsonReader& code) {
    require_text(code, 7);
    if (!is_language(code.view_or(""))) code.complain("must be a language such as en or en_US, that of the template");
}

void check_parameters(const JsonReader& parameters) {
    if (!parameters) return;
    if (!parameters.array()) return parameters.complain("must be a list");
    for (std::size_t i = 0; i < parameters.size(); ++i) {
        const JsonReader type = parameters[i]["type"];
        require_text(type, 64);
        if (type.view_or("") == "text") require_text(parameters[i]["text"], kParameter);
    }
}

void check_button(const JsonReader& component) {
    require_text(component["sub_type"], 64);
    const std::string index = component["index"].text_or("");
    if (!component["index"]) return component["index"].complain("is missing: which button of the template is meant");
    if (index.size() != 1 || !text::is_digits(index))
        component["index"].complain("must be between 0 and " + std::to_string(kButtons - 1));
}

void check_component(const JsonReader& component) {
    if (!require_object(component)) return;
    const std::string type = text::to_lower_ascii(component["type"].view_or(""));
    constexpr std::string_view kKnown[] = {
        "header", "body", "footer", "button", "buttons", "carousel", "limited_time_offer", "order_status"};
    if (std::find(std::begin(kKnown), std::end(kKnown), type) == std::end(kKnown))
        return component["type"].complain("must be header, body, button or carousel");
    if (type == "button") check_button(component);
    if (type == "carousel") require_items(component["cards"], 1, kCards);
    check_parameters(component["parameters"]);
}

}  // namespace

void check_template(const JsonReader& root) {
    if (!require_object(root)) return;
    require_text(root["name"], kNameLength);
    const std::string_view name = root["name"].view_or("");
    if (!is_name(name) && !is_content_sid(name))
        root["name"].complain(
            "has only small letters, digits and _: use the name as it stands in the list of templates; Twilio's are "
            "HX and 32 hexadecimal digits");
    // A content id of Twilio's stands for a template in one language: none has to be named.
    if (!is_content_sid(name) || root["language"]) check_language(root["language"]["code"]);
    const JsonReader components = root["components"];
    if (!components) return;
    if (!components.array()) return components.complain("must be a list");
    for (std::size_t i = 0; i < components.size(); ++i) check_component(components[i]);
}

}  // namespace parley::channels::payload
