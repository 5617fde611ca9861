// People and the names that providers have for them: one person, one row. [database threads, block] Functions run in
// the transaction they are given and throw when the database is unavailable.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "core/message.hpp"
#include "db/pool.hpp"

namespace parley::db {

using ContactId = std::int64_t;

// What one message told about its sender.
struct Sighting {
    AccountId account = 0;
    std::string name;                  // empty: not told
    std::string phone;                 // as the provider wrote it; empty: not told
    std::vector<Identity> identities;  // at least one; phones in the form they are compared by
    UnixMillis seen = 0;
};

// Makes the sender one contact of the account's organisation, with all of these identities: a new one, or the one that
// has any of them already. When several have, they are one person: the oldest stays and takes over what the others
// know; who opted out in any of them has opted out. User names are handed on, not merged by: another person may have
// taken one that became free, unless it is all that is known.
//
// Writers of the same organisation wait for each other (an advisory lock until the end of the transaction), so two that
// see halves of one person at once do not make two. Sightings of accounts that are gone are left out.
void write_sightings(pqxx::work& tx, const std::vector<Sighting>& sightings);

// Both are of one organisation: `into` takes over what `from` knows, and `from` is gone.
void merge_contact(pqxx::work& tx, ContactId into, ContactId from);

}  // namespace parley::db
