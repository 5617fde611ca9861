// A message that somebody wrote, out of the parameters of its webhook.
#include <algorithm>
#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>
#include <charconv>

#include "channels/twilio/address.hpp"
#include "channels/twilio/decode.hpp"
#include "core/json_reader.hpp"
#include "core/text.hpp"

namespace parley::channels {

namespace json = boost::json;

namespace {

constexpr std::size_t kMaxFiles = 10;  // Twilio's own limit
constexpr std::size_t kMaxId = 64;     // real ones have 34 characters
constexpr std::size_t kMaxName = 256;
constexpr std::size_t kMaxType = 64;

// What is read into a place of its own, or says nothing about the message.
bool is_read(std::string_view name) {
    constexpr std::string_view kNames[] = {
        "AccountSid",
        "Address",
        "ApiVersion",
        "Body",
        "ButtonPayload",
        "ButtonText",
        "ChannelMetadata",
        "ExternalUserId",
        "Forwarded",
        "FrequentlyForwarded",
        "From",
        "InteractiveData",
        "Label",
        "Latitude",
        "ListDescription",
        "ListId",
        "ListTitle",
        "Longitude",
        "MessageSid",
        "MessageType",
        "NumMedia",
        "NumSegments",
        "ProfileName",
        "SmsMessageSid",
        "SmsSid",
        "SmsStatus",
        "To",
        "WaId",
        "ParentExternalUserId",
        "OriginalRepliedMessageSid",
    };
    for (const std::string_view prefix : {"MediaUrl", "MediaContentType", "Referral"}) {
        if (name.starts_with(prefix)) return true;
    }
    return std::find(std::begin(kNames), std::end(kNames), name) != std::end(kNames);
}

MediaKind kind_of(std::string_view mime, std::string_view type) {
    if (type == "sticker") return MediaKind::sticker;
    if (mime.starts_with("image/")) return MediaKind::image;
    if (mime.starts_with("video/")) return MediaKind::video;
    if (mime.starts_with("audio/")) return MediaKind::audio;
    return MediaKind::document;
}

// "invoice.pdf": in place of a caption Twilio puts the name of a document into Body.
bool is_file_name(std::string_view text) {
    const std::size_t dot = text.rfind('.');
    if (dot == std::string_view::npos || dot == 0 || text.size() > 255) return false;
    const std::string_view extension = text.substr(dot + 1);
    const bool plain = std::all_of(extension.begin(), extension.end(), [](char c) {
        return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
    });
    return plain && !extension.empty() && extension.size() <= 5 && text.find_first_of("/\\\n\r") == std::string::npos;
}

// "-122.1" as a number; anything else stays the text it is.
json::value number_or_text(std::string_view text) {
    double number = 0;
    const auto [end, problem] = std::from_chars(text.data(), text.data() + text.size(), number);
    if (problem == std::errc() && end == text.data() + text.size() && number > -1000 && number < 1000) return number;
    return json::string(text.data(), text.size());
}

void put(json::object& object, std::string_view key, std::string_view value) {
    if (!value.empty()) object[key] = json::string(value.data(), value.size());
}

void add_location(const TwilioForm& form, json::object& payload) {
    if (form.get("Latitude").empty()) return;
    json::object location;
    location["latitude"] = number_or_text(form.get("Latitude"));
    location["longitude"] = number_or_text(form.get("Longitude"));
    put(location, "name", form.get("Label"));
    put(location, "address", form.get("Address"));
    payload["location"] = std::move(location);
}

// What a person chose: a button of a template, of a message, a row of a list, or a form (flow) that was filled in.
void add_choice(const TwilioForm& form, json::object& payload) {
    json::object choice;
    std::string_view kind;
    if (!form.get("ButtonText").empty() || !form.get("ButtonPayload").empty()) {
        if (form.get("MessageType") != "interactive") {
            put(choice, "text", form.get("ButtonText"));
            put(choice, "payload", form.get("ButtonPayload"));
            payload["button"] = std::move(choice);
            return;
        }
        kind = "button_reply";
        put(choice, "id", form.get("ButtonPayload"));
        put(choice, "title", form.get("ButtonText"));
    } else if (!form.get("ListId").empty() || !form.get("ListTitle").empty()) {
        kind = "list_reply";
        put(choice, "id", form.get("ListId"));
        put(choice, "title", form.get("ListTitle"));
        put(choice, "description", form.get("ListDescription"));
    } else if (!form.get("InteractiveData").empty()) {
        kind = "nfm_reply";
        put(choice, "name", "flow");
        put(choice, "body", form.get("Body"));
        put(choice, "response_json", form.get("InteractiveData"));
    } else {
        return;
    }
    json::object interactive;
    interactive["type"] = json::string(kind.data(), kind.size());
    interactive[kind] = std::move(choice);
    payload["interactive"] = std::move(interactive);
}

// The advertisement or post that led here.
void add_referral(const TwilioForm& form, json::object& payload) {
    static constexpr struct {
        std::string_view from, to;
    } kNames[] = {
        {"ReferralBody", "body"},
        {"ReferralHeadline", "headline"},
        {"ReferralSourceId", "source_id"},
        {"ReferralSourceType", "source_type"},
        {"ReferralSourceUrl", "source_url"},
        {"ReferralCtwaClid", "ctwa_clid"},
        {"ReferralNumMedia", ""},
    };
    json::object referral;
    for (const auto& [name, value] : form.all()) {
        if (!name.starts_with("Referral") || value.empty()) continue;
        const auto row =
            std::find_if(std::begin(kNames), std::end(kNames), [&](const auto& r) { return r.from == name; });
        if (row == std::end(kNames))
            put(referral, name, value);
        else if (!row->to.empty())
            put(referral, row->to, value);
    }
    if (!referral.empty()) payload["referral"] = std::move(referral);
}

// {"type":"whatsapp","data":{"context":{"ProfileName":...}}}: kept when it tells more than the parameters do.
void add_metadata(const TwilioForm& form, const json::value& metadata, json::object& payload) {
    const json::object* top = metadata.if_object();
    const json::value* data = top ? top->if_contains("data") : nullptr;
    const json::value* context = data && data->is_object() ? data->get_object().if_contains("context") : nullptr;
    bool more = !context || !context->is_object() || data->get_object().size() > 1;
    for (const auto& member : !more ? context->get_object() : json::object()) {
        const std::string_view key(member.key().data(), member.key().size());
        const json::string* value = member.value().if_string();
        more = more || !value || std::string_view(value->data(), value->size()) != form.get(key);
    }
    if (more && !metadata.is_null()) payload["ChannelMetadata"] = metadata;
}

// Null when there is none, or none that can be read.
json::value read_metadata(const TwilioForm& form) {
    const Result<json::value> document = parse_json(form.get("ChannelMetadata"));
    return document ? *document : json::value();
}

std::string payload_of(const TwilioForm& form, const json::value& metadata) {
    json::object payload;
    add_location(form, payload);
    add_choice(form, payload);
    add_referral(form, payload);
    add_metadata(form, metadata, payload);
    json::object context;
    if (form.get("Forwarded") == "true") context["forwarded"] = true;
    if (form.get("FrequentlyForwarded") == "true") context["frequently_forwarded"] = true;
    if (!context.empty()) payload["context"] = std::move(context);
    for (const auto& [name, value] : form.all()) {
        if (!is_read(name)) put(payload, name, value);
    }
    return payload.empty() ? std::string() : json::serialize(payload);
}

void add_identity(std::vector<Identity>& identities, IdentityKind kind, const std::string& value) {
    const Identity identity{kind, value};
    const bool known = std::find(identities.begin(), identities.end(), identity) != identities.end();
    if (!value.empty() && !known) identities.push_back(identity);
}

std::vector<Identity> identities_of(const TwilioForm& form, const TwilioAddress& from) {
    std::vector<Identity> identities;
    add_identity(identities, IdentityKind::phone, from.phone);
    add_identity(identities, IdentityKind::phone, parse_twilio_address(form.get("WaId")).phone);
    add_identity(identities, IdentityKind::user_id, from.user_id);
    add_identity(identities, IdentityKind::user_id, parse_twilio_address(form.get("ExternalUserId")).user_id);
    add_identity(identities, IdentityKind::parent_user_id,
                 parse_twilio_address(form.get("ParentExternalUserId")).user_id);
    return identities;
}

// The words that commands are looked for in: a choice counts as if its title had been typed, or its id when that is a
// command.
std::string text_of(const TwilioForm& form) {
    for (const char* id : {"ButtonPayload", "ListId"}) {
        if (form.get(id).starts_with('/')) return std::string(form.get(id));
    }
    for (const char* title : {"ButtonText", "ListTitle"}) {
        if (!form.get(title).empty()) return text::replace_nbsp(form.get(title));
    }
    return text::replace_nbsp(form.get("Body"));
}

std::string type_of(const TwilioForm& form) {
    const std::string_view named = form.get("MessageType");
    if (!named.empty()) return std::string(text::truncate_utf8(named, kMaxType));
    if (!form.get("Latitude").empty()) return "location";
    if (!form.get("ButtonText").empty()) return "button";
    if (!form.get("ListId").empty() || !form.get("InteractiveData").empty()) return "interactive";
    return {};
}

std::vector<Media> files_of(const TwilioForm& form) {
    std::vector<Media> files;
    for (std::size_t i = 0; i < kMaxFiles; ++i) {
        const std::string_view url = form.get("MediaUrl", i);
        if (url.empty()) continue;
        Media file;
        file.source = std::string(url);
        file.mime = std::string(text::truncate_utf8(form.get("MediaContentType", i), kMaxName));
        file.kind = kind_of(file.mime, form.get("MessageType"));
        files.push_back(std::move(file));
    }
    return files;
}

// Types that carry words, files or a place. One that is not known and carries none of these is kept, not answered.
bool is_message(const Inbound& event) {
    constexpr std::string_view kTypes[] = {"",        "text",     "image",    "audio",  "video",      "document",
                                           "sticker", "location", "contacts", "button", "interactive"};
    const bool known = std::find(std::begin(kTypes), std::end(kTypes), event.type) != std::end(kTypes);
    return known || !event.text.empty() || event.media;
}

Result<std::string> sid_of(const TwilioForm& form, std::string_view name) {
    const std::string_view sid = form.get(name);
    if (sid.size() <= kMaxId) return std::string(sid);
    return make_error(Errc::invalid, std::string(name) + ": is too long");
}

// Files after the first are messages of their own, in the order they stood in.
std::vector<Inbound> spread_files(Inbound first, std::vector<Media> files) {
    std::vector<Inbound> all;
    all.push_back(first);
    if (files.empty()) return all;
    // Only a lone document has its name in the text.
    const bool named = first.type == "document" && files.size() == 1 && is_file_name(first.text);
    if (named) files[0].name = std::exchange(all[0].text, {});
    if (all[0].type.empty()) all[0].type = to_string(files[0].kind);
    all[0].media = std::move(files[0]);
    for (std::size_t i = 1; i < files.size(); ++i) {
        Inbound more = first;
        more.provider_id = first.provider_id + ":" + std::to_string(i);
        more.type = to_string(files[i].kind);
        more.text.clear();
        more.payload.clear();
        more.media = std::move(files[i]);
        all.push_back(std::move(more));
    }
    return all;
}

}  // namespace

Result<std::vector<Inbound>> read_twilio_message(const TwilioForm& form, AccountId account, UnixMillis time) {
    const TwilioAddress from = parse_twilio_address(form.get("From"));
    if (from.empty()) {
        return make_error(Errc::invalid,
                          form.get("From").empty() ? "From: is missing" : "From: is no WhatsApp address");
    }
    Result<std::string> sid = sid_of(form, "MessageSid");
    if (sid && sid->empty()) sid = sid_of(form, "SmsMessageSid");
    const Result<std::string> quoted = sid_of(form, "OriginalRepliedMessageSid");
    if (!sid) return sid.error();
    if (!quoted) return quoted.error();
    if (sid->empty()) return make_error(Errc::invalid, "MessageSid: is missing");

    const json::value metadata = read_metadata(form);
    Inbound event;
    event.account = account;
    event.provider_id = *sid;
    event.type = type_of(form);
    event.chat = from.text();
    event.sender = from.who();
    event.identities = identities_of(form, from);
    JsonProblem problem;
    const std::string_view name = !form.get("ProfileName").empty()
                                      ? form.get("ProfileName")
                                      : JsonReader(metadata, problem)["data"]["context"]["ProfileName"].view_or("");
    event.sender_name = text::truncate_utf8(text::trim(name), kMaxName);
    event.text = text_of(form);
    event.timestamp = time;
    event.payload = payload_of(form, metadata);
    if (event.type == "reaction") {
        event.kind = EventKind::reaction;
        event.refers_to = *quoted;
    } else {
        event.reply_to = *quoted;
    }
    std::vector<Inbound> all = spread_files(std::move(event), files_of(form));
    if (all[0].type.empty()) all[0].type = "text";
    if (all[0].kind == EventKind::message && !is_message(all[0])) all[0].kind = EventKind::other;
    return all;
}

}  // namespace parley::channels
