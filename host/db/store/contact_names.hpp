// All that a contact is called where messages and other rows name people. Internal to the repositories of contacts.
#pragma once

#include <optional>
#include <pqxx/pqxx>
#include <string>
#include <vector>

#include "db/store/contacts.hpp"

namespace parley::db {

struct PersonNames {
    int organisation = 0;
    std::string names, chats;          // array literals: in column `sender` and elsewhere; as a chat on each channel
    std::vector<std::string> telling;  // numbers and ids that nobody else can have
};
// Nothing: there is no such contact.
std::optional<PersonNames> names_of(pqxx::work& tx, ContactId id);

// The parameters are organisation, chats, names.
inline const std::string of_theirs = "account_id in (select a.id from accounts a where a.organisation_id = $1)";
inline const std::string messages_of_theirs = of_theirs + " and (chat = any($2::text[]) or sender = any($3::text[]))";

}  // namespace parley::db
