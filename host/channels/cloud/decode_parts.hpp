// What the decoders of the Cloud API's webhooks share. Internal.
#pragma once

#include <boost/json/object.hpp>
#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "channels/channel.hpp"
#include "core/json_reader.hpp"

namespace parley::channels::cloud {

// One `changes[]` entry on its way through the decoder: of one phone number, one field.
struct Change {
    JsonReader entry;        // where it stands
    std::string_view field;  // "messages", "message_template_status_update", ...
    JsonReader value;
    AccountId account;
    UnixMillis entry_time;  // of the entry, else of receipt
};

// Each adds what it understands to `out`, one item at a time; what is damaged goes to out.unclaimed.
void decode_messages(const Change& change, Decoded& out);     // decode_message.cpp
void decode_echoes(const Change& change, Decoded& out);       // decode_event.cpp
void decode_statuses(const Change& change, Decoded& out);     // decode_status.cpp
void decode_chat_events(const Change& change, Decoded& out);  // groups, calls, preferences: decode_event.cpp
// What the others left: the members of the value that none of them reads (`is_rest`), or all of it.
void decode_account_event(const Change& change, bool is_rest, Decoded& out);  // decode_event.cpp

// Who an item is from or to.
struct Person {
    std::string id;  // phone number, else user id; empty: nobody is named
    std::string name;
    std::vector<Identity> identities;
    const boost::json::object* contact = nullptr;  // their entry in value.contacts, if there is one
};
// By `phone` and `user_id` as they stand in the item; contacts fill in what it leaves out. `alone`: the change has one
// item, so that its one contact is theirs even if it does not match.
Person find_person(const Change& change, const JsonReader& phone, const JsonReader& user_id, bool alone);
void add_identity(std::vector<Identity>& identities, IdentityKind kind, std::string_view value);

// An item that is kept whole and asks for nothing.
Inbound whole_item(const Change& change, std::string_view type, const JsonReader& item);
// "calls:sha256:9f2c...": for items without an id of their own. Equal items, sent twice, get equal ids.
std::string id_from_item(std::string_view prefix, const JsonReader& item);

// Text that can be stored and has no NBSP.
std::string clean_text(const JsonReader& field);
// One of `value[list]` that makes no sense, and a list that is none. Each is kept as a webhook of its own with nothing
// else in it, so that it can be read again by a version that understands it.
void unclaim_item(const Change& change, std::string_view list, const JsonReader& item, std::string_view reason,
                  Decoded& out);
void unclaim_list(const Change& change, std::string_view list, Decoded& out);
// The members of an object without those named, as JSON; empty when nothing is left.
std::string rest_of(const JsonReader& item, std::initializer_list<std::string_view> known);

}  // namespace parley::channels::cloud
