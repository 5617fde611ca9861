#include "accounts/registry.hpp"

#include <algorithm>
#include <boost/json.hpp>

#include "db/store/accounts.hpp"

namespace parley::accounts {
namespace {

namespace json = boost::json;

// A secret is sealed for the account it belongs to: swapped between rows it does not open.
std::string seal_name(const std::string& account) {
    return "account:" + account;
}

std::map<std::string, std::string, std::less<>> read_object(const std::string& text) {
    std::map<std::string, std::string, std::less<>> values;
    const auto parsed = json::parse(text.empty() ? "{}" : text);
    for (const auto& [name, value] : parsed.as_object())
        if (value.is_string()) values.emplace(name, value.as_string());
    return values;
}

Account from_row(const db::AccountRow& row, const config::Vault& vault) {
    Account account;
    account.id = row.id;
    account.organisation = row.organisation;
    account.channel = row.channel;
    account.name = row.name;
    account.enabled = row.enabled;
    account.fields = read_object(row.config);
    if (row.secrets.empty()) return account;
    const auto opened = vault.unseal(seal_name(row.name), row.secrets);
    if (!opened)
        throw ErrorException(
            make_error(Errc::unavailable, "the credentials of account " + row.name +
                                              " cannot be read with this master key: " + opened.error().message));
    for (auto& [name, value] : read_object(*opened)) account.secrets.emplace(name, Secret(value));
    return account;
}

db::AccountRow to_row(const Account& account, const config::Vault& vault) {
    json::object config, secrets;
    for (const auto& [name, value] : account.fields) config[name] = value;
    for (const auto& [name, value] : account.secrets) secrets[name] = value.reveal();
    db::AccountRow row;
    row.id = account.id;
    row.organisation = account.organisation;
    row.channel = account.channel;
    row.name = account.name;
    row.address = address_of(account);
    row.config = json::serialize(config);
    if (!secrets.empty()) row.secrets = vault.seal(seal_name(account.name), json::serialize(secrets));
    row.enabled = account.enabled;
    return row;
}

// The accounts built into the host have rows, too, but no fields.
bool is_configured(const db::AccountRow& row) {
    return !fields_of(row.channel).empty() && row.config != "{}";
}

}  // namespace

std::vector<Account> Registry::read(pqxx::work& tx) const {
    std::vector<Account> accounts;
    for (const auto& row : db::list_accounts(tx))
        if (is_configured(row)) accounts.push_back(from_row(row, vault_));
    return accounts;
}

AccountId Registry::write(pqxx::work& tx, const Account& account) const {
    return db::write_account(tx, to_row(account, vault_));
}

std::vector<Account> Registry::load(const std::vector<Account>& first) {
    std::vector<Account> accounts;
    pool_.run([&](pqxx::work& tx) {
        accounts = read(tx);
        for (const Account& account : first) {
            const bool there = std::any_of(accounts.begin(), accounts.end(),
                                           [&](const Account& known) { return known.channel == account.channel; });
            if (db::take_first_account(tx, account.channel) && !there) write(tx, account);
        }
        accounts = read(tx);
    });
    return accounts;
}

void Registry::list(UniqueFunction<void(Result<std::vector<Account>>)> done) {
    auto accounts = std::make_shared<std::vector<Account>>();
    pool_.run_async(
        executor_, [this, accounts](pqxx::work& tx) { *accounts = read(tx); },
        [accounts, done = std::move(done)](Result<void> ok) mutable {
            if (ok) {
                done(std::move(*accounts));
            } else {
                done(ok.error());
            }
        },
        db::Rerun::safe);
}

void Registry::save(Account account, UniqueFunction<void(Result<AccountId>)> done) {
    if (auto ok = check(account); !ok) {
        executor_.post([why = ok.error(), done = std::move(done)]() mutable { done(std::move(why)); });
        return;
    }
    auto id = std::make_shared<AccountId>(0);
    pool_.run_async(
        executor_, [this, id, account = std::move(account)](pqxx::work& tx) { *id = write(tx, account); },
        [id, done = std::move(done)](Result<void> ok) mutable {
            if (ok) {
                done(*id);
            } else {
                done(ok.error());
            }
        });
}

void Registry::remove(AccountId id, UniqueFunction<void(Result<void>)> done) {
    auto there = std::make_shared<bool>(false);
    pool_.run_async(
        executor_, [there, id](pqxx::work& tx) { *there = db::remove_account(tx, id); },
        [there, done = std::move(done)](Result<void> ok) mutable {
            if (ok && !*there) ok = make_error(Errc::not_found, "there is no such account");
            done(std::move(ok));
        });
}

}  // namespace parley::accounts
