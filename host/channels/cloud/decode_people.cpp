// Who an item is about: phone numbers, user ids, user names.
#include <algorithm>
#include <boost/json/serialize.hpp>

#include "channels/cloud/decode_parts.hpp"
#include "core/crypto.hpp"
#include "core/text.hpp"

namespace parley::channels::cloud {

namespace {

// Of the people in value.contacts the one with this number or user id.
JsonReader find_contact(const Change& change, std::string_view phone, std::string_view user_id, bool alone) {
    const JsonReader contacts = change.value["contacts"];
    for (std::size_t i = 0; i < contacts.size(); ++i) {
        JsonReader contact = contacts[i];
        const bool same_phone = !phone.empty() && contact["wa_id"].text_or("") == phone;
        const bool same_user = !user_id.empty() && contact["user_id"].view_or("") == user_id;
        if (same_phone || same_user) return contact;
    }
    // The number may be spelled in another way there (Brazil, Mexico).
    return alone && contacts.size() == 1 ? contacts[0] : contacts[contacts.size()];
}

// "+1 650 555 1234" -> "16505551234"; unchanged when it is no number.
std::string plain_phone(std::string_view text) {
    std::string digits;
    for (const char c : text) {
        if (c >= '0' && c <= '9') digits.push_back(c);
        if (c != '+' && c != ' ' && c != '-' && !(c >= '0' && c <= '9')) return std::string(text);
    }
    return digits;
}

}  // namespace

void add_identity(std::vector<Identity>& identities, IdentityKind kind, std::string_view value) {
    if (value.empty() || value.size() > 200) return;
    Identity identity{kind, std::string(value)};
    if (std::find(identities.begin(), identities.end(), identity) == identities.end())
        identities.push_back(std::move(identity));
}

Person find_person(const Change& change, const JsonReader& phone_field, const JsonReader& user_field, bool alone) {
    std::string phone = plain_phone(phone_field.text_or(""));
    std::string user = user_field.string_or("");
    const JsonReader contact = find_contact(change, phone, user, alone);
    if (phone.empty()) phone = plain_phone(contact["wa_id"].text_or(""));
    if (user.empty()) user = contact["user_id"].string_or("");

    Person person;
    person.id = !phone.empty() ? phone : user;
    person.name = contact["profile"]["name"].string_or("");
    person.contact = contact.object();
    if (text::is_digits(phone)) add_identity(person.identities, IdentityKind::phone, phone);
    add_identity(person.identities, IdentityKind::user_id, user);
    add_identity(person.identities, IdentityKind::parent_user_id, contact["parent_user_id"].view_or(""));
    std::string_view username = contact["profile"]["username"].view_or("");
    if (username.starts_with('@')) username.remove_prefix(1);
    add_identity(person.identities, IdentityKind::username, username);
    return person;
}

std::string id_from_item(std::string_view prefix, const JsonReader& item) {
    const std::string body = item ? boost::json::serialize(*item.value()) : std::string();
    return std::string(prefix).append(":sha256:").append(crypto::sha256_hex(body));
}

std::string clean_text(const JsonReader& field) {
    return text::replace_nbsp(field.view_or(""));
}

std::string rest_of(const JsonReader& item, std::initializer_list<std::string_view> known) {
    boost::json::object rest;
    const boost::json::object* members = item.object();
    for (const auto& member : members ? *members : boost::json::object()) {
        const std::string_view key(member.key().data(), member.key().size());
        if (std::find(known.begin(), known.end(), key) == known.end()) rest.emplace(key, member.value());
    }
    return rest.empty() ? std::string() : boost::json::serialize(rest);
}

}  // namespace parley::channels::cloud
