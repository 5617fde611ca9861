// `value.messages`: what people wrote, and what happened to what they wrote.
#include <boost/json/serialize.hpp>

#include "channels/cloud/decode_parts.hpp"
#include "channels/timestamp.hpp"
#include "core/text.hpp"

namespace parley::channels::cloud {

namespace json = boost::json;

namespace {

// A command may hide behind a button: then its id says what is meant, else what the person saw.
std::string choice(const JsonReader& reply, std::string_view title, std::string_view id) {
    const std::string_view command = reply[id].view_or("");
    if (command.starts_with('/')) return text::replace_nbsp(command);
    return clean_text(reply[title]);
}

MediaKind media_kind_of(std::string_view type) {
    return type == "voice" ? MediaKind::audio : media_kind_from(type);
}

// {"id", "mime_type", "sha256", "filename", "caption", "url", "voice", "animated"}: all but the caption and the name
// stays in the payload too, for fetching needs the address and the digest.
void read_media(const JsonReader& file, MediaKind kind, Inbound& event) {
    Media media;
    media.kind = kind;
    media.mime = file["mime_type"].string_or("");
    media.name = file["filename"].string_or("");
    media.source = file["id"].text_or("");
    const std::int64_t size = file["file_size"].int_or(0);
    media.size = size > 0 ? static_cast<std::uint64_t>(size) : 0;
    event.media = std::move(media);
    event.text = clean_text(file["caption"]);
}

void read_interactive(const JsonReader& interactive, Inbound& event) {
    for (const char* reply : {"button_reply", "list_reply"}) {
        if (interactive[reply]) event.text = choice(interactive[reply], "title", "id");
    }
    if (interactive["nfm_reply"]) event.text = clean_text(interactive["nfm_reply"]["body"]);
}

// False: the form is not known here, or its content is missing.
bool read_content(const JsonReader& item, Inbound& event) {
    const std::string_view type = event.type;
    const JsonReader content = item[type];
    if (!content.object() && !content.array()) return false;
    if (type == "text") {
        event.text = clean_text(content["body"]);
    } else if (const MediaKind kind = media_kind_of(type); kind != MediaKind::none) {
        read_media(content, kind, event);
    } else if (type == "interactive") {
        read_interactive(content, event);
    } else if (type == "button") {
        event.text = choice(content, "text", "payload");
    } else if (type == "order") {
        event.text = clean_text(content["text"]);
    } else {
        return type == "location" || type == "contacts";
    }
    return true;
}

// {"original_message_id", "message": {"type": "text", "text": {"body"}}}
void read_edit(const JsonReader& item, Inbound& event) {
    const JsonReader edited = item["edit"]["message"];
    event.kind = EventKind::edited;
    event.refers_to = item["edit"]["original_message_id"].string_or("");
    const JsonReader content = edited[edited["type"].view_or("text")];
    event.text = clean_text(content["body"]);
    if (event.text.empty()) event.text = clean_text(content["caption"]);
}

// True when the item is about an earlier message.
bool read_change_of_message(const JsonReader& item, Inbound& event) {
    if (event.type == "edit") {
        read_edit(item, event);
    } else if (event.type == "revoke") {
        event.kind = EventKind::revoked;
        event.refers_to = item["revoke"]["original_message_id"].string_or("");
    } else if (event.type == "reaction") {
        event.kind = EventKind::reaction;
        event.refers_to = item["reaction"]["message_id"].string_or("");
        event.text = item["reaction"]["emoji"].string_or("");  // none: an earlier one is taken back
    }
    return !event.refers_to.empty();
}

// A number or a user id has changed: the new one is an identity of the same person.
void add_new_identities(const JsonReader& system, Inbound& event) {
    for (const char* key : {"wa_id", "new_wa_id"}) {
        const std::string phone = system[key].text_or("");
        if (text::is_digits(phone)) add_identity(event.identities, IdentityKind::phone, phone);
    }
    add_identity(event.identities, IdentityKind::user_id, system["user_id"].view_or(""));
    add_identity(event.identities, IdentityKind::parent_user_id, system["parent_user_id"].view_or(""));
}

// What has no place in Inbound: the content of all but plain text, the context beyond the quote, a referral, and what
// is new in the contact.
std::string payload_of(const JsonReader& item, const Person& person, bool is_plain_text) {
    json::object rest;
    for (const auto& member : *item.object()) {
        const std::string_view key(member.key().data(), member.key().size());
        const bool is_envelope = key == "from" || key == "from_user_id" || key == "id" || key == "timestamp" ||
                                 key == "type" || key == "group_id";
        if (!is_envelope && !(is_plain_text && key == "text")) rest.emplace(key, member.value());
    }
    if (const json::value* context = rest.if_contains("context"); context && context->is_object()) {
        json::object kept = context->get_object();
        kept.erase("id");
        kept.erase("from");
        if (kept.empty())
            rest.erase("context");
        else
            rest["context"] = std::move(kept);
    }
    if (person.contact && person.contact->contains("identity_key_hash")) rest["contact"] = *person.contact;
    return rest.empty() ? std::string() : json::serialize(rest);
}

bool is_plain_text(const JsonReader& item) {
    return item["type"].view_or("") == "text" && item["text"].object() && item["text"].object()->size() == 1;
}

void decode_message(const Change& change, const JsonReader& item, bool alone, Decoded& out) {
    if (!item.object()) return unclaim_item(change, "messages", item, "a message that is no object", out);
    const Person person = find_person(change, item["from"], item["from_user_id"], alone);
    if (person.id.empty()) return unclaim_item(change, "messages", item, "a message that names no sender", out);

    Inbound event;
    event.account = change.account;
    event.type = item["type"].string_or("");
    event.provider_id = item["id"].text_or("");
    event.sender = person.id;
    event.sender_name = person.name;
    event.identities = person.identities;
    event.group = item["group_id"].string_or("");
    event.chat = event.group.empty() ? event.sender : event.group;
    event.timestamp = read_timestamp(item["timestamp"]).value_or(change.entry_time);
    event.reply_to = item["context"]["id"].string_or("");
    add_identity(event.identities, IdentityKind::parent_user_id, item["from_parent_user_id"].view_or(""));

    if (read_change_of_message(item, event)) {
        // Should it carry the id of what it changes, it must not be taken for that.
        if (event.provider_id == event.refers_to) event.provider_id = event.type + ":" + event.provider_id;
        event.payload = payload_of(item, person, false);
    } else if (read_content(item, event)) {
        event.payload = payload_of(item, person, is_plain_text(item));
    } else {
        event.kind = EventKind::other;
        event.text.clear();
        event.payload = json::serialize(*item.value());
        add_new_identities(item["system"], event);
    }
    if (event.provider_id.empty()) event.provider_id = id_from_item("message", item);
    out.messages.push_back(std::move(event));
}

}  // namespace

void decode_messages(const Change& change, Decoded& out) {
    const JsonReader messages = change.value["messages"];
    if (messages && !messages.array()) return unclaim_list(change, "messages", out);
    for (std::size_t i = 0; i < messages.size(); ++i) decode_message(change, messages[i], messages.size() == 1, out);
}

}  // namespace parley::channels::cloud
