// Everything that is neither a person's message nor a status: echoes, groups, calls, preferences, and what is about the
// account.
#include <boost/json/serialize.hpp>

#include "channels/cloud/decode_parts.hpp"
#include "channels/timestamp.hpp"
#include "core/text.hpp"

namespace parley::channels::cloud {

namespace {

// {"group_id", "type": "group_create", "timestamp", ...}
void decode_group(const Change& change, const JsonReader& item, Decoded& out) {
    const std::string group = item["group_id"].string_or("");
    if (group.empty()) return unclaim_item(change, "groups", item, "a group's event that names no group", out);
    Inbound event = whole_item(change, item["type"].view_or(change.field), item);
    event.chat = event.group = group;
    event.provider_id = id_from_item(change.field, item);
    out.messages.push_back(std::move(event));
}

// {"id", "from", "to", "event": "connect" | "terminate", "direction", ...}
void decode_call(const Change& change, const JsonReader& item, Decoded& out) {
    const bool is_ours = item["direction"].view_or("") == "BUSINESS_INITIATED";
    const Person person =
        find_person(change, item[is_ours ? "to" : "from"], item[is_ours ? "to_user_id" : "from_user_id"], true);
    if (person.id.empty()) return unclaim_item(change, "calls", item, "a call that names nobody", out);
    Inbound event = whole_item(change, "call", item);
    event.chat = event.sender = person.id;
    event.sender_name = person.name;
    event.identities = person.identities;
    event.provider_id = id_from_item("call", item);
    out.messages.push_back(std::move(event));
}

// {"wa_id", "category": "marketing_messages", "value": "stop" | "resume", "timestamp"}
void decode_preference(const Change& change, const JsonReader& item, Decoded& out) {
    const Person person = find_person(change, item["wa_id"], item["user_id"], true);
    if (person.id.empty()) return unclaim_item(change, "user_preferences", item, "a preference that names nobody", out);
    Inbound event = whole_item(change, "user_preferences", item);
    event.chat = event.sender = person.id;
    event.sender_name = person.name;
    event.identities = person.identities;
    event.provider_id = id_from_item("user_preferences", item);
    out.messages.push_back(std::move(event));
}

// Written by a human with the same number, in the phone's app: what is sent through the API has no echo
// (developers.facebook.com/docs/whatsapp/embedded-signup/custom-flows/onboarding-business-app-users). The partner is
// the one it went to.
void decode_echo(const Change& change, const JsonReader& item, Decoded& out) {
    const Person partner = find_person(change, item["to"], item["to_user_id"], false);
    if (partner.id.empty()) return unclaim_item(change, "message_echoes", item, "an echo that names no recipient", out);
    Inbound event = whole_item(change, "echo", item);
    event.group = item["group_id"].string_or("");
    event.chat = event.group.empty() ? partner.id : event.group;
    event.sender = item["from"].text_or("");
    const std::string id = item["id"].text_or("");
    event.provider_id = id.empty() ? id_from_item("echo", item) : id;
    if (event.group.empty())
        out.echoes.push_back({event.account, event.chat, event.provider_id, {}, event.timestamp, true});
    out.messages.push_back(std::move(event));
}

using DecodeItem = void (*)(const Change&, const JsonReader&, Decoded&);

void decode_list(const Change& change, std::string_view key, DecodeItem decode, Decoded& out) {
    const JsonReader list = change.value[key];
    if (list && !list.array()) return unclaim_list(change, key, out);
    for (std::size_t i = 0; i < list.size(); ++i) {
        if (list[i].object())
            decode(change, list[i], out);
        else
            unclaim_item(change, key, list[i], "one of " + std::string(key) + " that is no object", out);
    }
}

}  // namespace

Inbound whole_item(const Change& change, std::string_view type, const JsonReader& item) {
    Inbound event;
    event.kind = EventKind::other;
    event.type = type;
    event.account = change.account;
    event.timestamp = read_timestamp(item["timestamp"]).value_or(change.entry_time);
    event.payload = item ? boost::json::serialize(*item.value()) : std::string();
    return event;
}

void decode_echoes(const Change& change, Decoded& out) {
    decode_list(change, "message_echoes", decode_echo, out);
}

void decode_chat_events(const Change& change, Decoded& out) {
    decode_list(change, "groups", decode_group, out);
    decode_list(change, "calls", decode_call, out);
    decode_list(change, "user_preferences", decode_preference, out);
}

void decode_account_event(const Change& change, bool is_rest, Decoded& out) {
    std::string payload;
    if (is_rest) {
        payload = rest_of(change.value, {"messaging_product", "metadata", "contacts", "messages", "statuses",
                                         "message_echoes", "groups", "calls", "user_preferences"});
        if (payload.empty()) return;
    } else {
        payload = boost::json::serialize(*change.value.value());
    }
    AccountEvent event;
    event.account = change.account;
    event.type = change.field == "messages" && change.value["errors"] ? "errors" : std::string(change.field);
    event.payload = std::move(payload);
    event.timestamp = read_timestamp(change.value["timestamp"]).value_or(change.entry_time);
    out.events.push_back(std::move(event));
}

}  // namespace parley::channels::cloud
