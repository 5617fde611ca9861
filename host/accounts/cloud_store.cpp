#include "accounts/cloud_store.hpp"

#include <boost/json.hpp>

#include "core/crypto.hpp"
#include "db/store/accounts.hpp"

namespace parley::accounts {
namespace {

namespace json = boost::json;

std::string seal_name(AccountId account) {
    return "account_token:" + std::to_string(account);
}

// What was obtained for another configured token than today's counts no more.
std::string origin_of(const Secret& configured) {
    return crypto::sha256_hex(configured.reveal()).substr(0, 16);
}

std::string to_text(const channels::StoredToken& token, const Secret& configured) {
    json::object object{
        {"token", token.token.reveal()}, {"origin", origin_of(configured)}, {"system_user", token.system_user}};
    if (token.expires_at) object["expires_at"] = *token.expires_at;
    return json::serialize(object);
}

std::optional<channels::StoredToken> from_text(const std::string& text, const Secret& configured) {
    json::error_code error;
    const auto value = json::parse(text, error);
    if (error || !value.is_object()) return std::nullopt;
    const auto& object = value.as_object();
    const auto* token = object.if_contains("token");
    const auto* origin = object.if_contains("origin");
    if (!token || !token->is_string() || !origin || !origin->is_string()) return std::nullopt;
    if (std::string_view(origin->as_string()) != origin_of(configured)) return std::nullopt;
    channels::StoredToken stored;
    stored.token = Secret(std::string(token->as_string()));
    if (const auto* until = object.if_contains("expires_at"); until && until->is_int64())
        stored.expires_at = until->as_int64();
    if (const auto* system = object.if_contains("system_user"); system && system->is_bool())
        stored.system_user = system->as_bool();
    return stored;
}

}  // namespace

void CloudTokenStore::load(UniqueFunction<void(Result<channels::StoredToken>)> done) {
    auto row = std::make_shared<std::optional<db::TokenRow>>();
    pool_.run_async(
        executor_, [row, account = account_](pqxx::work& tx) { *row = db::read_token(tx, account); },
        [row, account = account_, configured = configured_, &vault = vault_,
         done = std::move(done)](Result<void> ok) mutable {
            if (!ok) return done(ok.error());
            if (*row) {
                const auto opened = vault.unseal(seal_name(account), (*row)->token);
                auto stored = opened ? from_text(*opened, configured) : std::nullopt;
                if (stored) {
                    stored->obtained_at = (*row)->issued;
                    return done(std::move(*stored));
                }
            }
            if (configured.empty()) return done(make_error(Errc::not_found, "the account has no access token"));
            channels::StoredToken first;
            first.token = configured;
            done(std::move(first));
        },
        db::Rerun::safe);
}

void CloudTokenStore::store(const channels::StoredToken& token, UniqueFunction<void(Result<void>)> done) {
    db::TokenRow row;
    row.token = vault_.seal(seal_name(account_), to_text(token, configured_));
    row.issued = token.obtained_at;
    row.expires = token.expires_at.value_or(0);
    pool_.run_async(
        executor_, [row, account = account_](pqxx::work& tx) { db::write_token(tx, account, row); }, std::move(done),
        db::Rerun::safe);
}

void CloudUploadCache::find(const std::string& key, FindDone done) {
    auto found = std::make_shared<std::optional<std::string>>();
    pool_.run_async(
        executor_, [found, key, account = account_](pqxx::work& tx) { *found = db::find_upload(tx, account, key); },
        [found, done = std::move(done)](Result<void> ok) mutable {
            done(ok ? std::move(*found) : std::nullopt);  // uploaded once more than needed, that is all
        },
        db::Rerun::safe);
}

void CloudUploadCache::remember(const std::string& key, const std::string& media_id, UnixMillis expires) {
    const db::UploadRow row{account_, key, media_id, expires};
    pool_.run_async(
        executor_, [row](pqxx::work& tx) { db::write_upload(tx, row); },
        [log = log_](Result<void> ok) {
            if (!ok) log.warn("upload.not_remembered", {{"why", ok.error().message}});
        },
        db::Rerun::safe);
}

void CloudUploadCache::forget(const std::string& key) {
    pool_.run_async(
        executor_, [key, account = account_](pqxx::work& tx) { db::forget_upload(tx, account, key); },
        [log = log_](Result<void> ok) {
            if (!ok) log.warn("upload.not_forgotten", {{"why", ok.error().message}});
        },
        db::Rerun::safe);
}

}  // namespace parley::accounts
