#include "channels/gateway/structured.hpp"

#include <cmath>

#include "channels/degrees.hpp"
#include "core/json_reader.hpp"

namespace parley::channels::gateway {

namespace json = boost::json;

namespace {

void add_line(std::string& text, std::string_view line) {
    if (line.empty()) return;
    if (!text.empty()) text.push_back('\n');
    text.append(line);
}

Result<Structured> read_location(const JsonReader& root) {
    const double latitude = root["latitude"].number_or(NAN), longitude = root["longitude"].number_or(NAN);
    if (!is_place(latitude, longitude)) {
        return make_error(Errc::invalid, "the location needs a latitude (-90 to 90) and a longitude (-180 to 180)");
    }
    Structured said;
    add_line(said.text, root["name"].view_or(""));
    add_line(said.text, root["address"].view_or(""));
    const std::string north = to_degrees(latitude), east = to_degrees(longitude);
    if (!said.text.empty()) {
        add_line(said.text, "https://maps.google.com/?q=" + north + "," + east);
        return said;
    }
    said.endpoint = "/send/location";
    said.body["latitude"] = north;
    said.body["longitude"] = east;
    return said;
}

Result<Structured> read_contacts(const JsonReader& contacts) {
    Structured said;
    std::size_t phones = 0;
    bool more = contacts.size() != 1;
    for (std::size_t i = 0; i < contacts.size(); ++i) {
        const JsonReader contact = contacts[i];
        const std::string name = contact["name"]["formatted_name"].string_or("");
        add_line(said.text, name);
        said.body["contact_name"] = name;
        for (std::size_t k = 0; k < contact["phones"].size(); ++k, ++phones) {
            const std::string phone = contact["phones"][k]["phone"].text_or("");
            add_line(said.text, phone);
            said.body["contact_phone"] = phone;
        }
        for (std::size_t k = 0; k < contact["emails"].size(); ++k) {
            add_line(said.text, contact["emails"][k]["email"].view_or(""));
            more = true;
        }
    }
    if (said.text.empty()) return make_error(Errc::invalid, "the contacts need at least one with a name and a phone");
    if (!more && phones == 1) said.endpoint = "/send/contact";
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
