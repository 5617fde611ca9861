// What a Cloud API account keeps in the database: its token, sealed, and the ids of files at Meta.
#include "accounts/cloud_store.hpp"

#include <pqxx/pqxx>

#include "core/ids.hpp"
#include "db/store/accounts.hpp"
#include "support/manual_executor.hpp"
#include "support/postgres.hpp"
#include "support/result_printer.hpp"

namespace parley::test {
namespace {

using channels::StoredToken;

struct Kept {
    Kept() {
        pool.run([this](pqxx::work& tx) { account = db::ensure_account(tx, "cloud", "shop"); });
    }
    template <class Value, class Begin>
    Value wait(Begin begin) {
        std::optional<Value> value;
        begin([&](Value given) { value = std::move(given); });
        executor.run_until([&] { return value.has_value(); });
        return std::move(*value);
    }
    Result<StoredToken> load(const std::string& configured, const config::Vault& with) {
        accounts::CloudTokenStore store(account, Secret(configured), pool, with, executor);
        return wait<Result<StoredToken>>([&](auto done) { store.load(std::move(done)); });
    }
    void store(const std::string& configured, const StoredToken& token) {
        accounts::CloudTokenStore store(account, Secret(configured), pool, vault, executor);
        REQUIRE(wait<Result<void>>([&](auto done) { store.store(token, std::move(done)); }));
    }
    std::optional<std::string> find(accounts::CloudUploadCache& cache, const std::string& key) {
        return wait<std::optional<std::string>>([&](auto done) { cache.find(key, std::move(done)); });
    }
    std::string ask(const std::string& sql) {
        std::string answer;
        pool.run([&](pqxx::work& tx) { answer = tx.exec1(sql)[0].c_str(); });
        return answer;
    }

    ManualExecutor executor;
    db::DatabaseOptions options = TestDatabase::options(TestDatabase::instance().migrated_database());
    db::Pool pool{options, Logger()};
    config::Vault vault{Secret(std::string(32, 'k'))};
    AccountId account = 0;
};

TEST_CASE("a token that was exchanged is kept, sealed, until another one is configured") {
    Kept kept;
    CHECK(kept.load("EAAG-configured", kept.vault)->token.reveal() == "EAAG-configured");
    CHECK(kept.load("", kept.vault).error().code == Errc::not_found);
    StoredToken fresh;
    fresh.token = Secret("EAAG-exchanged");
    fresh.obtained_at = 1'700'000'000'000;
    fresh.expires_at = 1'705'000'000'000;
    fresh.system_user = true;
    kept.store("EAAG-configured", fresh);

    const auto loaded = kept.load("EAAG-configured", kept.vault);
    REQUIRE(loaded);
    CHECK(loaded->token.reveal() == "EAAG-exchanged");
    CHECK(loaded->obtained_at == fresh.obtained_at);
    CHECK(loaded->expires_at == fresh.expires_at);
    CHECK(loaded->system_user);
    CHECK(kept.ask("select t::text from account_tokens t").find("EAAG") == std::string::npos);

    CHECK(kept.load("EAAG-another", kept.vault)->token.reveal() == "EAAG-another");
    const config::Vault other{Secret(std::string(32, 'x'))};
    CHECK(kept.load("EAAG-configured", other)->token.reveal() == "EAAG-configured");
}

TEST_CASE("a file that was uploaded is known by its hash until Meta lets go of it") {
    Kept kept;
    accounts::CloudUploadCache cache(kept.account, kept.pool, kept.executor, Logger());
    CHECK_FALSE(kept.find(cache, "sha256:a"));
    const auto noted = [&](const std::string& count) {
        kept.executor.run_until([&] { return kept.ask("select count(*) from media_uploads") == count; });
    };
    cache.remember("sha256:a", "111", unix_now() + 60'000);
    noted("1");
    CHECK(kept.find(cache, "sha256:a") == "111");
    CHECK_FALSE(kept.find(cache, "sha256:b"));
    accounts::CloudUploadCache another(kept.account + 1, kept.pool, kept.executor, Logger());
    CHECK_FALSE(kept.find(another, "sha256:a"));  // ids belong to their account
    cache.remember("sha256:b", "222", unix_now() - 1);
    noted("2");
    CHECK_FALSE(kept.find(cache, "sha256:b"));  // Meta has it no more
    cache.forget("sha256:a");
    noted("1");
    CHECK_FALSE(kept.find(cache, "sha256:a"));
}

}  // namespace
}  // namespace parley::test
