#include "channels/payload.hpp"

#include <algorithm>
#include <boost/json/serialize.hpp>
#include <cmath>
#include <vector>

#include "channels/payload_rules.hpp"
#include "core/text.hpp"

namespace parley::channels {

namespace json = boost::json;

namespace payload {

namespace {

void check_length(const JsonReader& field, std::string_view text, std::size_t most) {
    const std::size_t length = text::characters(text);
    if (length <= most) return;
    field.complain("has " + std::to_string(length) + " characters, at most " + std::to_string(most) + " are allowed");
}

}  // namespace

void require_text(const JsonReader& field, std::size_t most) {
    if (!field) return field.complain("is missing");
    if (!field.is_string()) return field.complain("must be text");
    const std::string_view text = field.view_or("");
    if (text.empty()) return field.complain("is empty");
    check_length(field, text, most);
}

void allow_text(const JsonReader& field, std::size_t most) {
    if (!field) return;
    if (!field.is_string()) return field.complain("must be text");
    check_length(field, field.view_or(""), most);
}

bool require_items(const JsonReader& field, std::size_t least, std::size_t most) {
    if (!field) return field.complain("is missing"), false;
    if (!field.array()) return field.complain("must be a list"), false;
    if (field.size() >= least && field.size() <= most) return true;
    const std::string range =
        least == most ? std::to_string(least) : "between " + std::to_string(least) + " and " + std::to_string(most);
    field.complain("has " + std::to_string(field.size()) + " items, must have " + range);
    return false;
}

bool require_one_of(const JsonReader& field, std::initializer_list<std::string_view> words) {
    const std::string_view given = field.view_or("");
    if (std::find(words.begin(), words.end(), given) != words.end()) return true;
    std::string known;
    for (const std::string_view word : words) known.append(known.empty() ? "" : ", ").append(word);
    field.complain((field ? "must be one of " : "is missing; it is one of ") + known);
    return false;
}

bool require_object(const JsonReader& field) {
    if (!field) return field.complain("is missing"), false;
    if (!field.object()) return field.complain("must be an object"), false;
    if (field.object()->empty()) return field.complain("is empty"), false;
    return true;
}

void require_url(const JsonReader& field) {
    const std::string_view url = field.view_or("");
    if (!url.starts_with("https://") && !url.starts_with("http://"))
        field.complain("must be an address that begins with https:// or http://");
}

}  // namespace payload

namespace {

using namespace payload;

void check_coordinate(const JsonReader& field, double most) {
    const json::value* value = field.value();
    if (!value) return field.complain("is missing");
    double number = 0;
    // Meta's examples have them as text as well.
    if (const json::string* text = value->if_string()) {
        char* end = nullptr;
        number = std::strtod(text->c_str(), &end);
        if (text->empty() || *end != '\0') return field.complain("must be a number");
    } else if (value->is_number()) {
        number = value->to_number<double>();
    } else {
        return field.complain("must be a number");
    }
    if (!std::isfinite(number) || std::abs(number) > most) {
        field.complain("must be between -" + std::to_string(static_cast<int>(most)) + " and " +
                       std::to_string(static_cast<int>(most)));
    }
}

void check_location(const JsonReader& root) {
    if (!require_object(root)) return;
    check_coordinate(root["latitude"], 90);
    check_coordinate(root["longitude"], 180);
    allow_text(root["name"], 1000);
    allow_text(root["address"], 1000);
}

void check_contacts(const JsonReader& root) {
    if (!require_items(root, 1, 257)) return;
    for (std::size_t i = 0; i < root.size(); ++i) {
        const JsonReader contact = root[i];
        if (!require_object(contact)) return;
        require_text(contact["name"]["formatted_name"], 1000);
        const JsonReader birthday = contact["birthday"];
        const std::string_view day = birthday.view_or("");
        const bool is_date = day.size() == 10 && day[4] == '-' && day[7] == '-';
        if (birthday && !is_date) birthday.complain("must be a date such as 1990-12-31");
        for (const char* list : {"phones", "emails", "urls", "addresses"}) {
            if (contact[list] && !contact[list].array()) contact[list].complain("must be a list");
        }
    }
}

void check_poll(const JsonReader& root) {
    if (!require_object(root)) return;
    require_text(root["question"], 255);
    if (!require_items(root["options"], 2, 12)) return;
    for (std::size_t i = 0; i < root["options"].size(); ++i) require_text(root["options"][i], 100);
    const std::int64_t answers = root["max_answers"].int_or(root["max_answers"] ? -1 : 1);
    if (answers < 1 || answers > static_cast<std::int64_t>(root["options"].size()))
        root["max_answers"].complain("must be between 1 and the number of options");
}

// Null says nothing, and providers refuse it where they expect something else.
void drop_nulls(json::value& value) {
    if (json::object* members = value.if_object()) {
        std::vector<std::string> empty;
        for (auto& member : *members) {
            if (member.value().is_null()) empty.emplace_back(member.key().data(), member.key().size());
            drop_nulls(member.value());
        }
        for (const std::string& key : empty) members->erase(key);
    } else if (json::array* items = value.if_array()) {
        for (json::value& item : *items) drop_nulls(item);
    }
}

}  // namespace

Result<std::string> check_payload(OutboundKind kind, std::string_view text) {
    Result<json::value> document = parse_json(text);
    if (!document) return document.error();
    drop_nulls(*document);
    JsonProblem problem;
    const JsonReader root(*document, problem);
    switch (kind) {
        case OutboundKind::location:
            check_location(root);
            break;
        case OutboundKind::contacts:
            check_contacts(root);
            break;
        case OutboundKind::interactive:
            check_interactive(root);
            break;
        case OutboundKind::template_message:
            check_template(root);
            break;
        case OutboundKind::poll:
            check_poll(root);
            break;
        case OutboundKind::text:
        case OutboundKind::media:
        case OutboundKind::link:
        case OutboundKind::reaction:
        case OutboundKind::edit:
        case OutboundKind::revoke:
            return make_error(Errc::unsupported,
                              std::string("a message of kind ") + to_string(kind) + " has no payload");
    }
    if (problem) return problem.error();
    return json::serialize(*document);
}

}  // namespace parley::channels
