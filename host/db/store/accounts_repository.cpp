#include <pqxx/pqxx>

#include "core/error.hpp"
#include "db/store/accounts.hpp"

namespace parley::db {
namespace {

constexpr const char* epoch_ms = "timestamptz 'epoch' + $%::bigint * interval '1 millisecond'";

// One statement may name several times: the place holder's number is put in.
std::string at(int parameter) {
    std::string sql = epoch_ms;
    return sql.replace(sql.find('%'), 1, std::to_string(parameter));
}

[[noreturn]] void refuse(const std::string& why) {
    throw ErrorException(make_error(Errc::conflict, why));
}

void check_free(pqxx::work& tx, const AccountRow& account) {
    const auto taken = tx.exec_params(
        "select name, name = $1 from accounts where id <> $4 and (name = $1 or (channel = $2 and address = $3 and $3 "
        "<> ''))",
        account.name, account.channel, account.address, account.id);
    if (taken.empty()) return;
    if (taken[0][1].as<bool>()) refuse("there is an account named \"" + account.name + "\" already");
    refuse("the account \"" + std::string(taken[0][0].c_str()) + "\" has the address " + account.address + " already");
}

}  // namespace

AccountId ensure_account(pqxx::work& tx, const std::string& channel, const std::string& name) {
    tx.exec_params("insert into accounts (channel, name) values ($1, $2) on conflict (name) do nothing", channel, name);
    return tx.exec_params("select id from accounts where name = $1", name)[0][0].as<AccountId>();
}

std::vector<AccountRow> list_accounts(pqxx::work& tx) {
    std::vector<AccountRow> accounts;
    for (const auto& row :
         tx.exec("select a.id, o.name, a.channel, a.name, a.address, a.config::text, a.secrets, a.enabled "
                 "from accounts a join organisations o on o.id = a.organisation_id order by a.id"))
        accounts.push_back({row[0].as<AccountId>(), row[1].c_str(), row[2].c_str(), row[3].c_str(), row[4].c_str(),
                            row[5].c_str(), row[6].c_str(), row[7].as<bool>()});
    return accounts;
}

std::map<std::string, std::int32_t> read_organisations(pqxx::work& tx) {
    std::map<std::string, std::int32_t> organisations;
    for (const auto& row : tx.exec("select name, id from organisations"))
        organisations[row[0].c_str()] = row[1].as<std::int32_t>();
    return organisations;
}

AccountId write_account(pqxx::work& tx, const AccountRow& account) {
    tx.exec_params("insert into organisations (name) values ($1) on conflict (name) do nothing", account.organisation);
    check_free(tx, account);
    if (account.id == 0) {
        return tx
            .exec_params(
                "insert into accounts (organisation_id, channel, name, address, config, secrets, enabled) "
                "select id, $2, $3, $4, $5::jsonb, $6, $7 from organisations where name = $1 returning id",
                account.organisation, account.channel, account.name, account.address, account.config, account.secrets,
                account.enabled)[0][0]
            .as<AccountId>();
    }
    const auto changed = tx.exec_params(
        "update accounts set organisation_id = (select id from organisations where name = $2), name = $3, address = "
        "$4, "
        "config = $5::jsonb, secrets = $6, enabled = $7, updated_at = now() where id = $1",
        account.id, account.organisation, account.name, account.address, account.config, account.secrets,
        account.enabled);
    if (changed.affected_rows() == 0)
        throw ErrorException(make_error(Errc::gone, "somebody else removed the account " + account.name));
    return account.id;
}

bool remove_account(pqxx::work& tx, AccountId id) {
    tx.exec_params("select from accounts where id = $1 for update", id);  // nothing new is written for it meanwhile
    const auto in_work =
        tx.exec_params(
              "select count(*) from inbox i join messages m on m.id = i.id and m.created_at = i.created_at "
              "where m.account_id = $1",
              id)[0][0]
            .as<long>();
    if (in_work > 0)
        refuse(std::to_string(in_work) +
               " messages that came through this account are still to be answered: try again when they are");
    const auto waiting = tx.exec_params("select count(*) from outbox where account_id = $1", id)[0][0].as<long>();
    if (waiting > 0)
        refuse(std::to_string(waiting) +
               " messages of this account wait to be sent: let them go or disable it instead");
    tx.exec_params("delete from timers where account_id = $1", id);
    return tx.exec_params("delete from accounts where id = $1", id).affected_rows() == 1;
}

bool take_first_account(pqxx::work& tx, const std::string& channel) {
    return tx.exec_params("insert into first_accounts (channel) values ($1) on conflict do nothing", channel)
               .affected_rows() == 1;
}

std::optional<TokenRow> read_token(pqxx::work& tx, AccountId account) {
    const auto rows = tx.exec_params(
        "select token, (extract(epoch from issued_at) * 1000)::bigint, (extract(epoch from expires_at) * 1000)::bigint "
        "from account_tokens where account_id = $1",
        account);
    if (rows.empty()) return std::nullopt;
    return TokenRow{rows[0][0].c_str(), rows[0][1].as<UnixMillis>(), rows[0][2].as<UnixMillis>(0)};
}

void write_token(pqxx::work& tx, AccountId account, const TokenRow& token) {
    tx.exec_params("insert into account_tokens (account_id, token, issued_at, expires_at) values ($1, $2, " + at(3) +
                       ", case when $4::bigint = 0 then null else " + at(4) +
                       " end) on conflict (account_id) do update set token = excluded.token, "
                       "issued_at = excluded.issued_at, expires_at = excluded.expires_at",
                   account, token.token, token.issued, token.expires);
}

std::optional<std::string> find_upload(pqxx::work& tx, AccountId account, const std::string& hash) {
    const auto rows = tx.exec_params(
        "select media_id from media_uploads where account_id = $1 and hash = $2 and expires_at > now()", account, hash);
    if (rows.empty()) return std::nullopt;
    return std::string(rows[0][0].c_str());
}

void forget_upload(pqxx::work& tx, AccountId account, const std::string& hash) {
    tx.exec_params("delete from media_uploads where account_id = $1 and hash = $2", account, hash);
}

void write_upload(pqxx::work& tx, const UploadRow& upload) {
    tx.exec_params("delete from media_uploads where account_id = $1 and expires_at <= now()", upload.account);
    tx.exec_params("insert into media_uploads (account_id, hash, media_id, expires_at) values ($1, $2, $3, " + at(4) +
                       ") on conflict (account_id, hash) do update set media_id = excluded.media_id, "
                       "expires_at = excluded.expires_at",
                   upload.account, upload.hash, upload.media_id, upload.expires);
}

}  // namespace parley::db
