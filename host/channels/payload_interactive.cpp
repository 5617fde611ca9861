// Buttons, lists and the rest of the interactive messages.
#include <set>
#include <string>

#include "channels/payload_rules.hpp"

namespace parley::channels::payload {

namespace {

constexpr std::size_t kLongBody = 4096, kBody = 1024, kFooter = 60, kHeader = 60;
constexpr std::size_t kButtons = 3, kButtonTitle = 20, kButtonId = 256;
constexpr std::size_t kSections = 10, kRows = 10, kSectionTitle = 24;
constexpr std::size_t kRowId = 200, kRowTitle = 24, kRowDescription = 72;
constexpr std::size_t kProducts = 30, kCards = 10;

void check_header(const JsonReader& header) {
    if (!header) return;
    if (!require_object(header)) return;
    const JsonReader type = header["type"];
    if (!require_one_of(type, {"text", "image", "video", "document"})) return;
    if (type.view_or("") == "text") return require_text(header["text"], kHeader);
    const JsonReader file = header[type.view_or("")];
    if (!require_object(file)) return;
    if (file["id"]) return require_text(file["id"], 64);
    require_url(file["link"]);
}

void note_twice(const JsonReader& field, std::set<std::string>& seen) {
    if (!seen.insert(field.text_or("")).second) field.complain("is used twice: each choice needs an id of its own");
}

void check_buttons(const JsonReader& action) {
    const JsonReader buttons = action["buttons"];
    if (!require_items(buttons, 1, kButtons)) return;
    std::set<std::string> ids, titles;
    for (std::size_t i = 0; i < buttons.size(); ++i) {
        if (!require_one_of(buttons[i]["type"], {"reply"})) return;
        const JsonReader reply = buttons[i]["reply"];
        require_text(reply["id"], kButtonId);
        require_text(reply["title"], kButtonTitle);
        note_twice(reply["id"], ids);
        if (!titles.insert(reply["title"].text_or("")).second)
            reply["title"].complain("is used twice: two buttons cannot look the same");
    }
}

void check_list(const JsonReader& action) {
    require_text(action["button"], kButtonTitle);
    const JsonReader sections = action["sections"];
    if (!require_items(sections, 1, kSections)) return;
    std::set<std::string> ids;
    std::size_t rows_in_all = 0;
    for (std::size_t i = 0; i < sections.size(); ++i) {
        if (sections.size() > 1)
            require_text(sections[i]["title"], kSectionTitle);
        else
            allow_text(sections[i]["title"], kSectionTitle);
        const JsonReader rows = sections[i]["rows"];
        if (!require_items(rows, 1, kRows)) return;
        rows_in_all += rows.size();
        for (std::size_t row = 0; row < rows.size(); ++row) {
            require_text(rows[row]["id"], kRowId);
            require_text(rows[row]["title"], kRowTitle);
            allow_text(rows[row]["description"], kRowDescription);
            note_twice(rows[row]["id"], ids);
        }
    }
    if (rows_in_all > kRows) {
        sections.complain("have " + std::to_string(rows_in_all) + " rows in all, at most " + std::to_string(kRows) +
                          " are allowed");
    }
}

void check_product_list(const JsonReader& action) {
    require_text(action["catalog_id"], 64);
    const JsonReader sections = action["sections"];
    if (!require_items(sections, 1, kSections)) return;
    std::size_t products = 0;
    for (std::size_t i = 0; i < sections.size(); ++i) {
        allow_text(sections[i]["title"], kSectionTitle);
        if (!require_items(sections[i]["product_items"], 1, kProducts)) return;
        products += sections[i]["product_items"].size();
    }
    if (products > kProducts) sections.complain("have more than " + std::to_string(kProducts) + " products in all");
}

void check_action(std::string_view type, const JsonReader& action) {
    if (type == "location_request_message") return void(require_one_of(action["name"], {"send_location"}));
    if (!require_object(action)) return;
    if (type == "button") return check_buttons(action);
    if (type == "list") return check_list(action);
    if (type == "product_list") return check_product_list(action);
    if (type == "cta_url") {
        if (!require_one_of(action["name"], {"cta_url"})) return;
        require_text(action["parameters"]["display_text"], kButtonTitle);
        require_url(action["parameters"]["url"]);
    } else if (type == "flow") {
        if (!require_one_of(action["name"], {"flow"})) return;
        require_object(action["parameters"]);
    } else if (type == "product") {
        require_text(action["catalog_id"], 64);
        require_text(action["product_retailer_id"], 256);
    } else if (type == "catalog_message") {
        require_one_of(action["name"], {"catalog_message"});
    } else if (type == "carousel") {
        require_items(action["cards"], 2, kCards);
    }
}

// A single product speaks for itself; of what is newer than this program only the frame is known.
bool needs_body(std::string_view type) {
    return type != "product" && type != "voice_call" && type != "call_permission_request";
}

}  // namespace

void check_interactive(const JsonReader& root) {
    if (!require_object(root)) return;
    if (!require_one_of(root["type"], {"button", "list", "cta_url", "flow", "location_request_message", "product",
                                       "product_list", "catalog_message", "order_details", "order_status",
                                       "address_message", "carousel", "voice_call", "call_permission_request"}))
        return;
    const std::string_view type = root["type"].view_or("");
    const std::size_t longest = type == "button" || type == "carousel" ? kBody : kLongBody;
    if (needs_body(type))
        require_text(root["body"]["text"], longest);
    else
        allow_text(root["body"]["text"], longest);
    check_header(root["header"]);
    if (type == "list" && root["header"] && root["header"]["type"].view_or("") != "text")
        root["header"]["type"].complain("must be text: a list has no other header");
    if (root["footer"]) require_text(root["footer"]["text"], kFooter);
    check_action(type, root["action"]);
}

}  // namespace parley::channels::payload
