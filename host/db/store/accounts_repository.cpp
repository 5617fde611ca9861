#include <pqxx/pqxx>

#include "db/store/repositories.hpp"

namespace parley::db {

AccountId ensure_account(pqxx::work& tx, const std::string& channel, const std::string& name) {
    tx.exec_params("insert into accounts (channel, name) values ($1, $2) on conflict (name) do nothing", channel, name);
    return tx.exec_params("select id from accounts where name = $1", name)[0][0].as<AccountId>();
}

}  // namespace parley::db
