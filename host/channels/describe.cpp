// Structured messages said in plain text.
#include <boost/json/value.hpp>

#include "channels/payload.hpp"
#include "core/json_reader.hpp"

namespace parley::channels {

namespace {

// Lines, and blocks with an empty line between them.
class Words {
public:
    void line(std::string_view text) { add(text, "\n"); }
    void block(std::string_view text) { add(text, "\n\n"); }
    std::string take() { return std::move(text_); }

private:
    void add(std::string_view text, std::string_view between) {
        if (text.empty()) return;
        if (!text_.empty()) text_.append(between);
        text_.append(text);
    }
    std::string text_;
};

// "37.4422" as it stood, without the zeros that printf would add.
std::string number_text(const JsonReader& field) {
    if (field.is_string()) return field.string_or("");
    std::string text = std::to_string(field.number_or(0));
    text.erase(text.find_last_not_of('0') + 1);
    if (text.ends_with('.')) text.pop_back();
    return text;
}

void describe_location(const JsonReader& place, Words& words) {
    words.line(place["name"].view_or(""));
    words.line(place["address"].view_or(""));
    words.line("https://maps.google.com/?q=" + number_text(place["latitude"]) + "," + number_text(place["longitude"]));
}

void describe_contacts(const JsonReader& contacts, Words& words) {
    for (std::size_t i = 0; i < contacts.size(); ++i) {
        const JsonReader contact = contacts[i];
        Words card;
        card.line(contact["name"]["formatted_name"].view_or(""));
        card.line(contact["org"]["company"].view_or(""));
        for (std::size_t n = 0; n < contact["phones"].size(); ++n) {
            const JsonReader phone = contact["phones"][n];
            const std::string id = phone["wa_id"].string_or("");
            card.line(phone["phone"].string_or(id.empty() ? "" : "+" + id));
        }
        for (std::size_t n = 0; n < contact["emails"].size(); ++n) card.line(contact["emails"][n]["email"].view_or(""));
        for (std::size_t n = 0; n < contact["urls"].size(); ++n) card.line(contact["urls"][n]["url"].view_or(""));
        words.block(card.take());
    }
}

// "2. Tomorrow: /remind tomorrow"
std::string option(std::size_t number, std::string_view title, std::string_view id, std::string_view description) {
    std::string text = std::to_string(number).append(". ").append(title);
    if (id.starts_with('/')) text.append(": ").append(id);
    if (!description.empty()) text.append(" (").append(description).append(")");
    return text;
}

void describe_options(const JsonReader& action, Words& words) {
    std::size_t number = 0;
    Words options;
    for (std::size_t i = 0; i < action["buttons"].size(); ++i) {
        const JsonReader reply = action["buttons"][i]["reply"];
        options.line(option(++number, reply["title"].view_or(""), reply["id"].view_or(""), ""));
    }
    const JsonReader sections = action["sections"];
    for (std::size_t i = 0; i < sections.size(); ++i) {
        options.line(sections[i]["title"].view_or(""));
        for (std::size_t n = 0; n < sections[i]["rows"].size(); ++n) {
            const JsonReader row = sections[i]["rows"][n];
            options.line(
                option(++number, row["title"].view_or(""), row["id"].view_or(""), row["description"].view_or("")));
        }
    }
    words.block(options.take());
}

void describe_interactive(const JsonReader& root, Words& words) {
    const JsonReader header = root["header"];
    words.line(header["text"].view_or(""));
    for (const char* file : {"image", "video", "document"}) words.line(header[file]["link"].view_or(""));
    words.line(root["body"]["text"].view_or(""));
    const JsonReader action = root["action"], link = action["parameters"];
    describe_options(action, words);
    if (root["type"].view_or("") == "cta_url") {
        words.block(link["display_text"].string_or("").append(": ").append(link["url"].view_or("")));
    } else if (root["type"].view_or("") == "location_request_message") {
        words.block("(Please send your location.)");
    }
    words.block(root["footer"]["text"].view_or(""));
}

// The text of a template is at the provider; here are its name and what goes into it.
void describe_template(const JsonReader& root, Words& words) {
    std::string parameters;
    const JsonReader components = root["components"];
    for (std::size_t i = 0; i < components.size(); ++i) {
        const JsonReader list = components[i]["parameters"];
        for (std::size_t n = 0; n < list.size(); ++n) {
            const std::string_view type = list[n]["type"].view_or("");
            const std::string_view value =
                list[n]["text"].view_or(list[n][type]["fallback_value"].view_or(list[n][type]["link"].view_or("")));
            if (value.empty()) continue;
            parameters.append(parameters.empty() ? "" : ", ").append(value);
        }
    }
    std::string text = "[" + root["name"].string_or("template") + "]";
    if (!parameters.empty()) text.append(" ").append(parameters);
    words.line(text);
}

void describe_poll(const JsonReader& root, Words& words) {
    words.line(root["question"].view_or(""));
    Words options;
    for (std::size_t i = 0; i < root["options"].size(); ++i)
        options.line(option(i + 1, root["options"][i].view_or(""), "", ""));
    words.block(options.take());
}

}  // namespace

std::string describe(const Outbound& message) {
    const Result<boost::json::value> document = parse_json(message.payload);
    if (!document) return message.text;
    JsonProblem ignored;
    const JsonReader root(*document, ignored);
    Words words;
    // Somebody said it in words already: for a template that is its whole text.
    words.line(message.text);
    if (message.kind == OutboundKind::location) describe_location(root, words);
    if (message.kind == OutboundKind::contacts) describe_contacts(root, words);
    if (message.kind == OutboundKind::interactive) describe_interactive(root, words);
    if (message.kind == OutboundKind::template_message && message.text.empty()) describe_template(root, words);
    if (message.kind == OutboundKind::poll) describe_poll(root, words);
    return words.take();
}

}  // namespace parley::channels
