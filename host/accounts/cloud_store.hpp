// What a Cloud API account keeps beyond the process: its access token, sealed, and the ids of uploaded files. [I/O
// thread]
#pragma once

#include "accounts/account.hpp"
#include "channels/cloud/token.hpp"
#include "channels/cloud/upload.hpp"
#include "config/vault.hpp"
#include "core/executor.hpp"
#include "core/log.hpp"
#include "db/pool.hpp"

namespace parley::accounts {

// Begins with the token that the account was configured with; what it was exchanged for since then is newer. Setting
// another one at the account puts that in its place.
class CloudTokenStore final : public channels::TokenStore {
public:
    CloudTokenStore(AccountId account, Secret configured, db::Pool& pool, const config::Vault& vault,
                    Executor& executor)
        : account_(account), configured_(std::move(configured)), pool_(pool), vault_(vault), executor_(executor) {}

    void load(UniqueFunction<void(Result<channels::StoredToken>)> done) override;
    void store(const channels::StoredToken& token, UniqueFunction<void(Result<void>)> done) override;

private:
    AccountId account_;
    Secret configured_;
    db::Pool& pool_;
    const config::Vault& vault_;
    Executor& executor_;
};

class CloudUploadCache final : public channels::UploadCache {
public:
    CloudUploadCache(AccountId account, db::Pool& pool, Executor& executor, Logger log)
        : account_(account), pool_(pool), executor_(executor), log_(std::move(log)) {}

    void find(const std::string& key, FindDone done) override;
    void remember(const std::string& key, const std::string& media_id, UnixMillis expires) override;
    void forget(const std::string& key) override;

private:
    AccountId account_;
    db::Pool& pool_;
    Executor& executor_;
    Logger log_;
};

}  // namespace parley::accounts
