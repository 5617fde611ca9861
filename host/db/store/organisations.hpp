// Organisations: who accounts and contacts belong to. [database threads, block] Functions run in the transaction they
// are given and throw when the database is unavailable; ErrorException for a name that is taken (Errc::conflict).
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "db/pool.hpp"

namespace parley::db {

struct Organisation {
    std::int64_t id = 0;
    std::string name, created_at;
    std::int64_t accounts = 0, contacts = 0;  // how many it has
};

std::vector<Organisation> list_organisations(pqxx::work& tx);
std::optional<Organisation> read_organisation(pqxx::work& tx, std::int64_t id);
std::int64_t insert_organisation(pqxx::work& tx, const std::string& name);
// False: there is none.
bool rename_organisation(pqxx::work& tx, std::int64_t id, const std::string& name);
// False: there is none. Errc::conflict while anything belongs to it, and for the first one.
bool remove_organisation(pqxx::work& tx, std::int64_t id);

}  // namespace parley::db
