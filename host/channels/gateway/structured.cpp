#include "channels/gateway/structured.hpp"

#include <cmath>

#include "channels/degrees.hpp"
#include "core/json_reader.hpp"

namespace parley::channels::gateway {

namespace json = boost::json;

namespace {

Result<Structured> read_location(const JsonReader& root) {
    const double latitude = root["latitude"].number_or(NAN), longitude = root["longitude"].number_or(NAN);
    if (!is_place(latitude, longitude)) {
        return make_error(Errc::invalid, "the location needs a latitude (-90 to 90) and a longitude (-180 to 180)");
    }
    Structured said;
    const bool named = !root["name"].view_or("").empty() || !root["address"].view_or("").empty();
    if (named) return said;
    said.endpoint = "/send/location";
    said.body["latitude"] = to_degrees(latitude);
    said.body["longitude"] = to_degrees(longitude);
    return said;
}

Result<Structured> read_contacts(const JsonReader& contacts) {
    if (contacts.size() == 0) return make_error(Errc::invalid, "the contacts need at least one");
    Structured said;
    const JsonReader name = contacts[0]["name"]["formatted_name"], phones = contacts[0]["phones"];
    // Name and number are all that it takes.
    const bool more = contacts.size() > 1 || phones.size() != 1 || contacts[0].object()->size() > 2;
    if (more || name.text_or("").empty()) return said;
    said.endpoint = "/send/contact";
    said.body["contact_name"] = name.text_or("");
    said.body["contact_phone"] = phones[0]["phone"].text_or("");
    return said;
}

Result<Structured> read_poll(const JsonReader& root) {
    Structured said;
    said.endpoint = "/send/poll";
    said.body["question"] = root["question"].string();
    json::array options;
    for (std::size_t i = 0; i < root["options"].size(); ++i) options.emplace_back(root["options"][i].string_or(""));
    if (options.size() < 2) root["options"].complain("needs at least two");
    said.body["options"] = std::move(options);
    said.body["max_answer"] = root["max_answers"].int_or(1);
    return said;
}

}  // namespace

Result<Structured> read_structured(OutboundKind kind, std::string_view payload) {
    const Result<json::value> document = parse_json(payload);
    if (!document) return document.error();
    JsonProblem problem;
    const JsonReader root(*document, problem);
    Result<Structured> said = kind == OutboundKind::location   ? read_location(root)
                              : kind == OutboundKind::contacts ? read_contacts(root)
                                                               : read_poll(root);
    if (problem) return problem.error();
    return said;
}

}  // namespace parley::channels::gateway
