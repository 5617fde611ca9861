#include "webhook_meaning.hpp"

#include <algorithm>
#include <boost/json.hpp>
#include <cstdlib>
#include <map>

#include "net/form.hpp"

namespace parley::e2e {
namespace {

namespace json = boost::json;

std::string string_at(const json::value& object, std::initializer_list<const char*> path) {
    const json::value* place = &object;
    for (const char* step : path) {
        const auto* members = place->if_object();
        place = members ? members->if_contains(step) : nullptr;
        if (!place) return "";
    }
    return place->is_string() ? std::string(place->get_string()) : "";
}

const json::array& list_at(const json::value& object, const char* name) {
    static const json::array none;
    const auto* found = object.as_object().if_contains(name);
    return found && found->is_array() ? found->get_array() : none;
}

bool is_one_of(const std::string& word, std::initializer_list<const char*> words) {
    return std::find(words.begin(), words.end(), word) != words.end();
}

// As WhatsApp's text is kept: a space that does not break is a space.
std::string kept_text(std::string text) {
    for (auto at = text.find("\u00a0"); at != std::string::npos; at = text.find("\u00a0")) text.replace(at, 2, " ");
    return text;
}

Meaning::Message message_of_meta(const json::value& item) {
    const std::string type = string_at(item, {"type"});
    Meaning::Message message{"other", string_at(item, {"id"}), "", false};
    if (type == "edit") {
        message.kind = "edited";
    } else if (type == "revoke") {
        message.kind = "revoked";
    } else if (type == "reaction") {
        message.kind = "reaction";
        message.text = string_at(item, {"reaction", "emoji"});
    } else if (item.as_object().contains(type) &&
               is_one_of(type, {"text", "image", "video", "audio", "voice", "document", "sticker", "location",
                                "contacts", "interactive", "button", "order"})) {
        message.kind = "message";
        message.file = is_one_of(type, {"image", "video", "audio", "voice", "document", "sticker"});
        message.text = type == "text" ? string_at(item, {"text", "body"}) : string_at(item, {type.c_str(), "caption"});
    }
    message.text = kept_text(message.text);
    return message;
}

// A path, or an object that names one.
bool has_file(const json::value& message) {
    for (const char* name : {"image", "video", "video_note", "audio", "document", "sticker"}) {
        if (!string_at(message, {name}).empty()) return true;
        for (const char* place : {"media_path", "path", "url"})
            if (!string_at(message, {name, place}).empty()) return true;
    }
    return false;
}

// The newer shape: {"event", "payload"}.
Meaning meaning_of_gateway_event(const std::string& event, const json::value& payload) {
    Meaning meaning;
    const std::string id = string_at(payload, {"id"});
    if (event == "message.ack") {
        const std::string receipt = string_at(payload, {"receipt_type"});
        if (is_one_of(receipt, {"sender", "retry", "read-self", "played-self"})) return meaning;  // our own devices
        if (!is_one_of(receipt, {"delivered", "read", "played"}))
            meaning.messages.push_back({"other", "", "", false});
        else
            for (const auto& one : list_at(payload, "ids"))
                meaning.reports.push_back(std::string(one.as_string()) + " " + receipt);
        return meaning;
    }
    const auto* ours = payload.as_object().if_contains("is_from_me");
    if (ours && ours->is_bool() && ours->get_bool()) return meaning;
    std::string kind = "other";
    if (event == "message") kind = "message";
    for (const std::string change : {"edited", "revoked", "reaction"})
        if (event == "message." + change) kind = change;
    const bool file = kind == "message" && has_file(payload);
    meaning.messages.push_back({kind, id, kept_text(string_at(payload, {"body"})), file});
    return meaning;
}

}  // namespace

Meaning meaning_of_meta(const std::string& body) {
    Meaning meaning;
    const json::value root = json::parse(body);
    for (const auto& entry : list_at(root, "entry"))
        for (const auto& change : list_at(entry, "changes")) {
            const auto& value = change.at("value");
            std::size_t found = 0;
            for (const auto& item : list_at(value, "messages")) {
                meaning.messages.push_back(message_of_meta(item));
                ++found;
            }
            for (const char* list : {"message_echoes", "groups", "calls", "user_preferences"})
                for (const auto& item : list_at(value, list)) {
                    meaning.messages.push_back({"other", string_at(item, {"id"}), "", false});
                    ++found;
                }
            for (const auto& item : list_at(value, "statuses")) {
                meaning.reports.push_back(string_at(item, {"id"}) + " " + string_at(item, {"status"}));
                ++found;
            }
            // What none of these lists holds is about the account.
            bool rest = found == 0;
            for (const auto& member : value.as_object())
                rest = rest || !is_one_of(std::string(member.key()),
                                          {"messaging_product", "metadata", "contacts", "messages", "statuses",
                                           "message_echoes", "groups", "calls", "user_preferences"});
            if (rest)
                meaning.events.push_back(value.as_object().contains("errors") ? "errors"
                                                                              : string_at(change, {"field"}));
        }
    return meaning;
}

Meaning meaning_of_twilio(const std::string& body) {
    std::map<std::string, std::string> form;
    for (const auto& [name, value] : net::form_decode(body).value()) form[name] = value;
    Meaning meaning;
    const std::string status = form["MessageStatus"];
    if (is_one_of(status, {"sent", "delivered", "read"})) meaning.reports.push_back(form["MessageSid"] + " " + status);
    if (is_one_of(status, {"failed", "undelivered"})) meaning.reports.push_back(form["MessageSid"] + " failed");
    if (!status.empty()) return meaning;
    const int files = std::atoi(form["NumMedia"].c_str());
    // What was chosen may say something else, and of a document it is the name.
    const bool no_words = !form["ButtonPayload"].empty() || !form["ListId"].empty() ||
                          form["MediaContentType0"].starts_with("application/");
    for (int i = 0; i < std::max(1, files); ++i)
        meaning.messages.push_back(
            {"message", form["MessageSid"], i == 0 && !no_words ? kept_text(form["Body"]) : "", files > 0});
    return meaning;
}

Meaning meaning_of_gateway(const std::string& body) {
    const json::value root = json::parse(body);
    const std::string event = string_at(root, {"event"});
    if (!event.empty()) return meaning_of_gateway_event(event, root.at("payload"));
    Meaning::Message message{"message", string_at(root, {"message", "id"}), "", false};
    const std::string action = string_at(root, {"action"});
    if (action == "message_edited") {
        message.kind = "edited";
    } else if (action == "message_revoked") {
        message.kind = "revoked";
    } else if (!string_at(root, {"reaction", "id"}).empty()) {
        message.kind = "reaction";
        message.text = string_at(root, {"reaction", "message"});
    } else {
        message.text = kept_text(string_at(root, {"message", "text"}));
        message.file = has_file(root);
    }
    Meaning meaning;
    meaning.messages.push_back(message);
    return meaning;
}

}  // namespace parley::e2e
