// Makes the channel that an account describes. [I/O thread]
#pragma once

#include <memory>

#include "accounts/account.hpp"
#include "accounts/directory.hpp"
#include "config/vault.hpp"
#include "db/pool.hpp"
#include "net/client.hpp"

namespace parley::accounts {

// What channels need of the host. All of it outlives them.
struct Surroundings {
    net::Client& client;
    Executor& executor;
    db::Pool& pool;
    const config::Vault& vault;
    const Directory& directory;
    std::string public_url;  // where this host is reached from outside; empty: not known
    // A URL under which anybody who knows it can fetch a stored file for a while; empty: this host has none.
    std::function<Result<std::string>(const std::string& stored_name)> public_link;
    Logger log;
};

// Throws ErrorException, and std::invalid_argument for values that no request can carry.
Lines make_lines(const Account& account, const Surroundings& surroundings);

}  // namespace parley::accounts
