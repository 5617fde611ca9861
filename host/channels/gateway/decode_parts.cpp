#include "channels/gateway/decode_parts.hpp"

#include <algorithm>
#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>

#include "channels/timestamp.hpp"
#include "core/crypto.hpp"
#include "core/text.hpp"

namespace parley::channels::gateway {

namespace json = boost::json;

namespace {

constexpr struct {
    std::string_view key;
    MediaKind kind;
} kMediaKeys[] = {
    {"image", MediaKind::image},   {"video", MediaKind::video},     {"video_note", MediaKind::video},
    {"audio", MediaKind::audio},   {"sticker", MediaKind::sticker}, {"document", MediaKind::document},
    {"file", MediaKind::document},
};

std::string first_of(const JsonReader& field, std::initializer_list<std::string_view> keys) {
    for (const std::string_view key : keys) {
        std::string text = field[key].string_or("");
        if (!text.empty()) return text;
    }
    return {};
}

void add_identity(Inbound& event, const Jid& person) {
    const bool is_lid = person.server == "lid";
    if (person.empty() || !text::is_digits(person.user) || (!is_lid && person.server != "s.whatsapp.net")) return;
    const Identity identity{is_lid ? IdentityKind::lid : IdentityKind::phone, person.user};
    auto& all = event.identities;
    if (std::find(all.begin(), all.end(), identity) == all.end()) all.push_back(identity);
}

// Who wrote, under the number and the hidden id. In a direct chat known by its number, "from" may still be a LID.
void add_identities(const Webhook& hook, const Origin& origin, Inbound& event) {
    add_identity(event, origin.sender);
    if (origin.sender.empty()) return;
    for (const JsonReader& fields : {hook.root, hook.root["payload"]}) {
        const Jid hidden = parse_jid(fields["from_lid"].view_or(""));
        if (hidden.server == "lid") add_identity(event, hidden);
        const Jid from = parse_origin(fields["from"].view_or("")).sender;
        if (from.server == "lid") add_identity(event, from);
    }
}

bool says_nothing(const json::value& value) {
    if (value.is_null()) return true;
    if (value.is_bool()) return !value.get_bool();
    if (value.is_string()) return value.get_string().empty();
    if (value.is_object()) return value.get_object().empty();
    return value.is_array() && value.get_array().empty();
}

}  // namespace

Inbound start_inbound(const Webhook& hook, EventKind kind, const Origin& origin, std::optional<UnixMillis> named_time) {
    Inbound event;
    event.kind = kind;
    event.account = hook.account;
    event.sender = origin.sender.user;
    const bool in_group = origin.group.is_group();
    if (in_group) event.group = origin.group.user;
    const Jid& chat = in_group || origin.sender.empty() ? origin.group : origin.sender;
    if (!chat.empty()) event.chat = chat.text();
    event.timestamp = named_time.value_or(hook.now);
    // Other events are told by their nature about others than the sender: our own number, members of a group.
    if (kind != EventKind::other) add_identities(hook, origin, event);
    return event;
}

std::optional<Echo> read_echo(const Webhook& hook, const Jid& chat, const Jid& sender, std::string_view provider_id,
                              std::string_view text, std::optional<UnixMillis> named_time) {
    if (chat.empty() || chat.is_group() || chat.user == sender.user || provider_id.empty()) return std::nullopt;
    Echo echo;
    echo.account = hook.account;
    echo.chat = chat.text();
    echo.provider_id = provider_id;
    echo.text = text;
    echo.timestamp = named_time.value_or(hook.now);
    return echo;
}

Inbound whole_event(const Webhook& hook, std::string_view name, const JsonReader& payload) {
    Origin origin = parse_origin(payload["from"].view_or(""));
    const Jid chat = parse_jid(payload["chat_id"].view_or(""));
    if (!chat.empty() && (chat.is_group() || origin.sender.empty())) origin.group = chat;

    std::optional<UnixMillis> time = read_timestamp(payload["timestamp"]);
    if (!time) time = read_timestamp(hook.root["timestamp"]);
    Inbound event = start_inbound(hook, EventKind::other, origin, time);
    if (chat.server == "newsletter") event.chat = chat.text();
    const std::string_view id = payload["id"].view_or(payload["message"]["id"].view_or(""));
    event.provider_id = id.empty() ? id_from_body(hook, time.has_value()) : event_id(name, id);
    event.payload = json::serialize(*hook.root.value());
    return event;
}

std::string event_id(std::string_view prefix, std::string_view id) {
    if (id.empty()) return {};
    return std::string(prefix).append(":").append(id);
}

std::string id_from_body(const Webhook& hook, bool distinctive) {
    return distinctive ? event_id("sha256", crypto::sha256_hex(hook.raw)) : std::string();
}

bool is_status_broadcast(const Jid& chat) {
    return chat.user == "status" && chat.server == "broadcast";
}

std::optional<MediaField> read_media(const JsonReader& fields) {
    // A hook of the first system: "document" is a record of its database, not a file.
    const bool is_hook = !fields["document_type"].view_or("").empty();
    for (const auto& [key, kind] : kMediaKeys) {
        if (is_hook && key == "document") continue;
        const JsonReader field = fields[key];
        MediaField found;
        found.key = key;
        found.media.kind = kind;
        found.media.source = field.is_string() ? field.string_or("") : first_of(field, {"media_path", "path", "url"});
        found.media.mime = first_of(field, {"mime_type", "mimetype"});
        found.media.name = first_of(field, {"filename", "file_name"});
        found.caption = field["caption"].string_or("");
        const bool empty = found.media.source.empty() && found.media.mime.empty() && found.media.name.empty();
        if (!empty || !found.caption.empty()) return found;
    }
    return std::nullopt;
}

std::string structured_rest(const JsonReader& fields, std::initializer_list<std::string_view> known,
                            const std::optional<MediaField>& media, std::string_view quoted_text) {
    json::object rest;
    const json::object* members = fields.object();
    for (const auto& member : members ? *members : json::object()) {
        const std::string_view key(member.key().data(), member.key().size());
        const bool is_known = std::find(known.begin(), known.end(), key) != known.end();
        if (is_known || (media && media->key == key) || says_nothing(member.value())) continue;
        rest.emplace(key, member.value());
    }
    if (!quoted_text.empty()) rest["quoted_text"] = text::replace_nbsp(quoted_text);
    return rest.empty() ? std::string() : json::serialize(rest);
}

}  // namespace parley::channels::gateway
