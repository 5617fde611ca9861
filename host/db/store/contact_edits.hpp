// What people do with contacts: change, merge, export, erase. [database threads, block] Functions run in the
// transaction they are given and throw when the database is unavailable.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "db/store/contacts.hpp"
#include "db/store/history.hpp"

namespace parley::db {

struct ContactEdit {
    std::optional<std::string> name;
    std::optional<bool> opted_out;  // wants no campaigns
};
// False: there is none.
bool edit_contact(pqxx::work& tx, ContactId id, const ContactEdit& edit);

// `into` takes over what `from` knows, and `from` is gone. False: one of them is not there. Errc::invalid, thrown, when
// they are the same or belong to different organisations.
bool merge_contacts(pqxx::work& tx, ContactId into, ContactId from);

// Messages from and to a person on all accounts of the organisation, newest first: those before `page.before`. May take
// long: groups are searched row by row.
Slice<MessageRow> list_person_messages(pqxx::work& tx, ContactId id, const Page& page);

struct ErasedContact {
    std::int64_t messages = 0;
    std::vector<std::string> files;  // names in the media store that nothing else needs
};
// Takes away the contact, the messages from and to them, and what else names them in their organisation; from users and
// from what plugins store only who is known to no other one. A person of this host's rooms loses the sign-in as well,
// and what they said there; their row stays without a name. The audit log stays, and forgets who it was about. None:
// there is no such contact. Errc::conflict, thrown, while messages of theirs wait to be handled or sent, and for
// operators and admins.
std::optional<ErasedContact> erase_contact(pqxx::work& tx, ContactId id);

}  // namespace parley::db
