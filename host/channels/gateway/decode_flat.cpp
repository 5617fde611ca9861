// The flat shapes, from the first system to v7: the fields of the message at the top, the group inside of "from".
#include "channels/gateway/decode_parts.hpp"
#include "channels/timestamp.hpp"

namespace parley::channels::gateway {

namespace {

Origin read_origin(const JsonReader& root) {
    Origin origin = parse_origin(root["from"].view_or(""));
    if (origin.sender.empty()) root["from"].complain(root["from"] ? "is no WhatsApp address" : "is missing");
    // v7 names the chat by its user part alone; in a direct chat that may be our own number, so only a group's counts.
    const Jid chat = parse_jid(root["chat_id"].view_or(""));
    if (origin.group.empty() && chat.is_group()) origin.group = chat;
    return origin;
}

bool is_ours(const JsonReader& root) {
    return root["is_from_me"].bool_or(false) || root["from_me"].bool_or(false);
}

void read_message(const Webhook& hook, Inbound& event) {
    const JsonReader root = hook.root, message = root["message"];
    const std::optional<MediaField> media = read_media(root);
    event.text = message.is_string() ? message.string_or("") : message["text"].string_or("");
    if (media) {
        event.media = media->media;
        if (event.text.empty()) event.text = media->caption;
    }
    event.reply_to = message["replied_id"].string_or("");
    // v4.22 leaves the id out of messages without text.
    event.provider_id = message["id"].string_or("");
    if (event.provider_id.empty()) event.provider_id = id_from_body(hook, media && !media->media.source.empty());
    const std::string_view quoted = root["quoted_message"].view_or(message["quoted_message"].view_or(""));
    event.payload = structured_rest(root,
                                    {"from", "from_lid", "sender_id", "chat_id", "pushname", "timestamp", "message",
                                     "quoted_message", "reaction", "is_from_me", "from_me"},
                                    media, quoted);
}

}  // namespace

Decoded decode_flat(const Webhook& hook) {
    const JsonReader root = hook.root, message = root["message"];
    const Origin origin = read_origin(root);
    // As a bare user part "status" would pass for a number.
    const bool is_status = is_status_broadcast(origin.group) || root["chat_id"].view_or("") == "status";
    if (origin.sender.empty() || is_status) return {};
    Decoded decoded;
    const std::optional<UnixMillis> time = read_timestamp(root["timestamp"]);
    if (is_ours(root)) {
        const Jid chat = parse_jid(root["chat_id"].view_or(""));
        auto echo = read_echo(hook, chat, origin.sender, message["id"].view_or(""), message["text"].view_or(""), time);
        if (echo && root["action"].view_or("").empty()) decoded.echoes.push_back(std::move(*echo));
        return decoded;
    }
    Inbound event = start_inbound(hook, EventKind::message, origin, time);
    event.sender_name = root["pushname"].string_or("");
    const std::string_view id = message["id"].view_or("");
    const std::string_view action = root["action"].view_or("");
    const std::string_view reacted_to = root["reaction"]["id"].view_or("");
    if (action == "message_edited") {
        event.kind = EventKind::edited;
        event.text = root["edited_text"].string_or(message["text"].view_or(""));
        event.refers_to = root["original_message_id"].string_or("");  // v6 does not tell
        event.provider_id = event_id("edit", id);
    } else if (action == "message_revoked") {
        event.kind = EventKind::revoked;
        event.refers_to = root["revoked_message_id"].string_or("");
        event.provider_id = event_id("revoke", id);
    } else if (!action.empty()) {
        event = whole_event(hook, action, root);
    } else if (!reacted_to.empty()) {
        event.kind = EventKind::reaction;
        event.text = root["reaction"]["message"].string_or("");
        event.refers_to = reacted_to;
        event.provider_id = event_id("reaction", id);
    } else {
        read_message(hook, event);
    }
    if (event.provider_id.empty()) event.provider_id = id_from_body(hook, time.has_value());

    decoded.messages.push_back(std::move(event));
    return decoded;
}

}  // namespace parley::channels::gateway
