// A message on its way through the host: what came in, what goes out. Plain values; no JSON, no provider's words.
#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace parley {

class ByteSource;

// Time-ordered 64-bit ids made by the host (core/ids.hpp).
using MessageId = std::int64_t;
using AccountId = std::int32_t;
using UnixMillis = std::int64_t;

enum class MediaKind { none, image, video, audio, document, sticker };
const char* to_string(MediaKind kind);  // "image", ...; "" for none
MediaKind media_kind_from(std::string_view text);

// A file of a message. Where it is depends on how far it has come: at the provider (url or remote path) or stored
// (hash).
struct Media {
    MediaKind kind = MediaKind::none;
    std::string mime;
    std::string name;    // as the sender called it; for display only, never a path
    std::string source;  // provider's URL or path, as it came
    std::string stored;  // name in the media store, empty until it is there
    std::uint64_t size = 0;
    std::shared_ptr<ByteSource> content;  // opened for sending; never part of a stored row
};

// What an inbound event is about.
enum class EventKind {
    message,   // somebody wrote: handled by the pipeline
    edited,    // an earlier message got a new text: recorded
    revoked,   // an earlier message was deleted: recorded
    reaction,  // recorded
    timer,     // a plugin's timer is due
    hook,      // an outside system has posted to a plugin
    other,     // understood enough to keep, nothing to do (presence, group changes, ...)
};
const char* to_string(EventKind kind);

// How a provider names a person. One person may have several of these, and none need be a phone number.
enum class IdentityKind {
    phone,           // digits with country code
    user_id,         // Meta's business-scoped user id, "US.1349..."
    parent_user_id,  // the same above several businesses
    lid,             // WhatsApp's hidden id, digits without "@lid"
    username,        // WhatsApp user name, without "@"
};
const char* to_string(IdentityKind kind);  // "phone", ...: as in contact_identities.kind

struct Identity {
    IdentityKind kind = IdentityKind::phone;
    std::string value;

    bool operator==(const Identity&) const = default;
};

struct Inbound {
    EventKind kind = EventKind::message;
    // "text", "image", "location", "interactive", ...: the provider's name of the message's form, kept also when it is
    // unknown here; empty: what kind and media say.
    std::string type;
    AccountId account = 0;
    std::string provider_id;  // unique within the account; empty: the provider gave none
    std::string chat;         // where a reply goes: "923001234567@s.whatsapp.net", "1203...@g.us"
    std::string sender;       // digits of the phone number; of a LID or other id when there is no number
    std::string sender_name;
    std::vector<Identity> identities;  // all that the provider told about who the sender is; may be empty
    std::string group;                 // digits of the group; empty in a direct chat
    std::string text;                  // text or caption, NBSP replaced by a space
    std::string reply_to;              // provider id of the quoted message
    std::string refers_to;             // edited, revoked, reaction: provider id of the message meant
    std::optional<Media> media;
    UnixMillis timestamp = 0;  // provider's, or of receipt
    // Structured extra as JSON: location, contact, the whole event for `other`, a timer's payload, the head of a hook.
    std::string payload;
    std::string plugin;  // timer, hook: whose
    std::string timer;   // timer: its name

    // Set by intake.
    std::string_view channel;  // the account's: "gateway", "support", ...; static text
    MessageId id = 0;
    std::string trace;  // one id from webhook to delivery
    bool replayed = false;
};

// Is it for handlers, or only recorded?
constexpr bool is_handled(EventKind kind) {
    return kind == EventKind::message || kind == EventKind::timer || kind == EventKind::hook;
}

// What is posted to a plugin has no chat. This stands in its place, followed by the plugin's id; also in the timers
// that are set while it is handled.
constexpr std::string_view hook_chat_prefix = "hook:";

// A delivery report for something we sent.
enum class DeliveryStatus { sent, delivered, read, played, failed };
const char* to_string(DeliveryStatus status);

struct StatusUpdate {
    AccountId account = 0;
    std::vector<std::string> provider_ids;
    DeliveryStatus status = DeliveryStatus::sent;
    std::string reason;  // of a failure: the provider's code and words
    // Of a failure: what was in the way passes, by the provider's code. The same message may be delivered a minute
    // later.
    bool passing = false;
    // Of a failure: more is wrong than this message (quality, payment, policy), what sends to many must stop.
    bool alarm = false;
    // Of a failure: this person wants no marketing any more. Empty: the provider says nothing of the kind.
    std::vector<Identity> opted_out;
    UnixMillis timestamp = 0;
    MessageId message = 0;  // our id of the message, when the provider hands it back; 0: unknown
    std::string details;    // what else was told (pricing, recipient, all errors) as JSON; may be empty
};

// Something a provider told about an account rather than a chat: a template's fate, quality, limits, alerts.
struct AccountEvent {
    AccountId account = 0;
    std::string type;     // the provider's name of it: "message_template_status_update", ...
    std::string payload;  // JSON, as it came
    UnixMillis timestamp = 0;
};

// `edit` and `revoke` change a message of ours that was sent before.
enum class OutboundKind {
    text,
    media,
    link,
    reaction,
    location,
    contacts,
    interactive,
    template_message,
    poll,
    edit,
    revoke
};
const char* to_string(OutboundKind kind);  // "text", ..., "template", "poll"
std::optional<OutboundKind> outbound_kind_from(std::string_view text);

struct Outbound {
    OutboundKind kind = OutboundKind::text;
    AccountId account = 0;
    std::string chat;  // full chat id on the channel
    std::string text;  // text, caption or emoji; edit: what it shall say
    std::string link;
    std::string payload;   // location, contacts, interactive, template_message, poll: JSON, see channels/payload.hpp
    std::string reply_to;  // provider id to quote, to react to, to edit or to revoke
    Media media;           // kind media: `stored` is set
    bool as_file = false;
    bool voice = false;
    // Nobody may fetch what the text links to on its own account: the words of a language model may hold an address
    // that carries secrets to whoever made it up.
    bool no_preview = false;

    // Set when queued.
    MessageId id = 0;
    MessageId cause = 0;   // what was handled when it was said: a message, a timer, a hook; 0 if none
    bool answers = false;  // `cause` is a message in the same chat; not stored
    std::string trace;
    int attempts = 0;
    UnixMillis attempted = 0;    // when the last attempt began
    UnixMillis tried_since = 0;  // when it first had its turn in this process
    // Read back from the table, and nobody was asked yet whether an earlier process has sent it.
    bool replayed = false;
};

}  // namespace parley
