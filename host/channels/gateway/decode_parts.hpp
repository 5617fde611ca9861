// What the shapes of gateway webhooks have in common. Internal to the decoder.
#pragma once

#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>

#include "channels/channel.hpp"
#include "channels/gateway/jid.hpp"
#include "core/json_reader.hpp"

namespace parley::channels::gateway {

// One webhook body on its way through the decoder.
struct Webhook {
    JsonReader root;
    std::string_view raw;
    AccountId account;
    UnixMillis now;
};

// The generations of shapes, each in a file of its own.
Decoded decode_flat(const Webhook& hook);   // up to v7: decode_flat.cpp
Decoded decode_event(const Webhook& hook);  // v8 and later, and v7's group events: decode_event.cpp
Decoded decode_ack(const Webhook& hook);    // delivery reports since v7: decode_ack.cpp

// An event with the fields that all have: account, people, timestamp. `named_time` is the time in the body, if any.
Inbound start_inbound(const Webhook& hook, EventKind kind, const Origin& origin, std::optional<UnixMillis> named_time);

// An event that is kept whole and asks for nothing.
Inbound whole_event(const Webhook& hook, std::string_view name, const JsonReader& payload);

// A message that was written with the bot's own number: nothing when it is not known to whom, or to a group.
std::optional<Echo> read_echo(const Webhook& hook, const Jid& chat, const Jid& sender, std::string_view provider_id,
                              std::string_view text, std::optional<UnixMillis> named_time);

// "edit:3EB0...": an event about a message must not look like the message itself. Empty when there is no id.
std::string event_id(std::string_view prefix, std::string_view id);

// For bodies without an id: their own digest, when something in them (a time, the path of a file) makes sure that two
// equal bodies are one event sent twice. Empty otherwise: saying "ok" twice is two messages.
std::string id_from_body(const Webhook& hook, bool distinctive);

// Stories, which reach every contact and are meant for nobody in particular.
bool is_status_broadcast(const Jid& chat);

struct MediaField {
    std::string_view key;  // where it stood: "image", "video_note", ...
    Media media;
    std::string caption;
};
// The file of a message, in all spellings: {"media_path"}, {"path"}, {"url"} or the path alone.
std::optional<MediaField> read_media(const JsonReader& fields);

// Everything that has no place in Inbound (location, contact, list, order, referral, ...) as one JSON object: all
// members but `known` and the media's, without those that say nothing (null, false, "", {}). Empty when nothing is
// left.
std::string structured_rest(const JsonReader& fields, std::initializer_list<std::string_view> known,
                            const std::optional<MediaField>& media, std::string_view quoted_text);

}  // namespace parley::channels::gateway
