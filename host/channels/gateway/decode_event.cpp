// {"event", "device_id", "payload"}: every event since v8, and the group events of v7.
#include "channels/gateway/decode_parts.hpp"
#include "channels/timestamp.hpp"
#include "core/text.hpp"

namespace parley::channels::gateway {

namespace {

EventKind kind_of(std::string_view event) {
    if (event == "message") return EventKind::message;
    if (event == "message.edited") return EventKind::edited;
    if (event == "message.revoked") return EventKind::revoked;
    if (event == "message.reaction") return EventKind::reaction;
    return EventKind::other;
}

Origin read_origin(const JsonReader& payload, const Jid& chat) {
    Origin origin = parse_origin(payload["from"].view_or(""));
    if (chat.is_group()) {
        origin.group = chat;
        return origin;
    }
    // In a direct chat the partner is the chat, which may be known by its number where "from" has a LID only.
    const bool number_known = chat.server == "s.whatsapp.net";
    if (origin.sender.empty() || (origin.sender.server == "lid" && number_known)) origin.sender = chat;
    return origin;
}

// What was written with the bot's own number, on its phone or by us, comes back as an event: answering it would never
// end. v8.0 does not mark it.
bool is_ours(const Webhook& hook, const JsonReader& payload, const Origin& origin) {
    const Jid device = parse_jid(hook.root["device_id"].view_or(""));
    const bool same_number = !device.empty() && device.user == origin.sender.user;
    return payload["is_from_me"].bool_or(same_number);
}

void read_message(const Webhook& hook, const JsonReader& payload, Inbound& event) {
    const std::optional<MediaField> media = read_media(payload);
    event.text = payload["body"].string_or("");
    if (media) {
        event.media = media->media;
        if (event.text.empty()) event.text = media->caption;
    }
    // Messages with buttons come as one text that lists them.
    if (event.text.empty()) event.text = payload["interactive"].string_or("");
    event.reply_to = payload["replied_to_id"].string_or("");
    event.provider_id = payload["id"].string_or("");
    if (event.provider_id.empty()) event.provider_id = id_from_body(hook, media && !media->media.source.empty());
    event.payload = structured_rest(payload,
                                    {"id", "body", "chat_id", "chat_lid", "from", "from_lid", "from_name",
                                     "sender_display_name", "timestamp", "is_from_me", "replied_to_id", "quoted_body"},
                                    media, payload["quoted_body"].view_or(""));
}

void read_change(const JsonReader& payload, Inbound& event) {
    const std::string_view id = payload["id"].view_or("");
    switch (event.kind) {
        case EventKind::edited:
            event.text = payload["body"].string_or("");
            event.refers_to = payload["original_message_id"].string_or("");
            event.provider_id = event_id("edit", id);
            break;
        case EventKind::revoked:
            event.refers_to = payload["revoked_message_id"].string_or("");
            event.provider_id = event_id("revoke", id);
            break;
        default:
            event.text = payload["reaction"].string_or("");
            event.refers_to = payload["reacted_message_id"].string_or("");
            event.provider_id = event_id("reaction", id);
            break;
    }
}

}  // namespace

Decoded decode_event(const Webhook& hook) {
    const std::string_view name = hook.root["event"].view_or("");
    const JsonReader payload = hook.root["payload"];
    const EventKind kind = kind_of(name);
    const Jid chat = parse_jid(payload["chat_id"].view_or(""));
    if (is_status_broadcast(chat)) return {};

    Decoded decoded;
    if (kind == EventKind::other || chat.server == "newsletter") {
        decoded.messages.push_back(whole_event(hook, name, payload));
        return decoded;
    }
    const Origin origin = read_origin(payload, chat);
    if (origin.sender.empty()) {
        payload["from"].complain(payload["from"] ? "is no WhatsApp address" : "is missing");
        return {};
    }
    if (is_status_broadcast(origin.group)) return {};
    std::optional<UnixMillis> time = read_timestamp(payload["timestamp"]);
    if (!time) time = read_timestamp(hook.root["timestamp"]);
    if (is_ours(hook, payload, origin)) {
        if (kind != EventKind::message) return {};
        const Jid own = parse_origin(payload["from"].view_or("")).sender;
        auto echo = read_echo(hook, chat, own, payload["id"].view_or(""), payload["body"].view_or(""), time);
        if (echo) decoded.echoes.push_back(std::move(*echo));
        return decoded;
    }
    Inbound event = start_inbound(hook, kind, origin, time);
    event.sender_name = payload["from_name"].string_or(payload["sender_display_name"].view_or(""));
    if (kind == EventKind::message)
        read_message(hook, payload, event);
    else
        read_change(payload, event);
    if (event.provider_id.empty()) event.provider_id = id_from_body(hook, time.has_value());
    decoded.messages.push_back(std::move(event));
    return decoded;
}

}  // namespace parley::channels::gateway
