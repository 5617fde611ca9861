// Accounts as they are kept: rows of the database, credentials sealed with the master key. Everything answers on the
// executor; nothing blocks.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "accounts/account.hpp"
#include "config/vault.hpp"
#include "core/executor.hpp"
#include "core/unique_function.hpp"
#include "db/pool.hpp"

namespace parley::accounts {

class Registry {
public:
    Registry(db::Pool& pool, const config::Vault& vault, Executor& executor)
        : pool_(pool), vault_(vault), executor_(executor) {}

    // [blocks; not on the I/O thread] All accounts that have fields, and the first ones from the environment, which are
    // written the first time that the environment has one of their channel, unless one is there already. One that was
    // removed since does not come back. Throws ErrorException.
    std::vector<Account> load(const std::vector<Account>& first);

    void list(UniqueFunction<void(Result<std::vector<Account>>)> done);

    // Checks and writes; the id comes back. Errc::invalid, Errc::conflict.
    void save(Account account, UniqueFunction<void(Result<AccountId>)> done);

    // Errc::not_found; Errc::conflict while messages of it wait.
    void remove(AccountId id, UniqueFunction<void(Result<void>)> done);

private:
    std::vector<Account> read(pqxx::work& tx) const;
    AccountId write(pqxx::work& tx, const Account& account) const;

    db::Pool& pool_;
    const config::Vault& vault_;
    Executor& executor_;
};

}  // namespace parley::accounts
