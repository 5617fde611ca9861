// A message that somebody wrote, out of the parameters of its webhook.
#include <algorithm>
#include <boost/json/value.hpp>

#include "channels/provider_id.hpp"
#include "channels/twilio/address.hpp"
#include "channels/twilio/decode.hpp"
#include "channels/twilio/payload.hpp"
#include "core/json_reader.hpp"
#include "core/text.hpp"

namespace parley::channels {

namespace json = boost::json;

namespace {

constexpr std::size_t kMaxFiles = 10;  // Twilio's own limit
constexpr std::size_t kMaxName = 256;
constexpr std::size_t kMaxType = 64;

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

// Null when there is none, or none that can be read.
json::value read_metadata(const TwilioForm& form) {
    const Result<json::value> document = parse_json(form.get("ChannelMetadata"));
    return document ? *document : json::value();
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
    const std::string_view sid = form.get(form.get("MessageSid").empty() ? "SmsMessageSid" : "MessageSid");
    if (sid.empty()) return make_error(Errc::invalid, "MessageSid: is missing");
    const std::string quoted = bounded_id(std::string(form.get("OriginalRepliedMessageSid")));

    const json::value metadata = read_metadata(form);
    Inbound event;
    event.account = account;
    event.provider_id = bounded_id(std::string(sid));
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
    event.payload = twilio_payload(form, metadata);
    if (event.type == "reaction") {
        event.kind = EventKind::reaction;
        event.refers_to = quoted;
    } else {
        event.reply_to = quoted;
    }
    std::vector<Inbound> all = spread_files(std::move(event), files_of(form));
    if (all[0].type.empty()) all[0].type = "text";
    if (all[0].kind == EventKind::message && !is_message(all[0])) all[0].kind = EventKind::other;
    return all;
}

}  // namespace parley::channels
