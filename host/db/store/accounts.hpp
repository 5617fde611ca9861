// Rows of accounts, their tokens, and what providers remember of our files. Credentials are sealed before they come
// here. [database threads, block] Functions run in the transaction they are given and throw when the database is
// unavailable.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "core/message.hpp"
#include "db/pool.hpp"

namespace parley::db {

struct AccountRow {
    AccountId id = 0;
    std::string organisation, channel, name, address;
    std::string config;   // JSON object of strings
    std::string secrets;  // sealed
    bool enabled = true;
};

// The id of the account `name`, made when it is not there.
AccountId ensure_account(pqxx::work& tx, const std::string& channel, const std::string& name);

std::vector<AccountRow> list_accounts(pqxx::work& tx);

// name -> id
std::map<std::string, std::int32_t> read_organisations(pqxx::work& tx);

// Inserts (id 0; the organisation is made when it is not there) or updates; returns the id. A name or an address that
// another account has is Errc::conflict, thrown as ErrorException.
AccountId write_account(pqxx::work& tx, const AccountRow& account);

// False: there is none. Errc::conflict, thrown, while messages of it wait to be answered or to be sent.
bool remove_account(pqxx::work& tx, AccountId id);

// True the first time for each channel: the account that the environment describes may be made. Never again after that.
bool take_first_account(pqxx::work& tx, const std::string& channel);

struct TokenRow {
    std::string token;  // sealed
    UnixMillis issued = 0;
    UnixMillis expires = 0;  // 0: never, as far as is known
};
std::optional<TokenRow> read_token(pqxx::work& tx, AccountId account);
void write_token(pqxx::work& tx, AccountId account, const TokenRow& token);

struct UploadRow {
    AccountId account = 0;
    std::string hash, media_id;
    UnixMillis expires = 0;
};
// The id of a file that has not expired.
std::optional<std::string> find_upload(pqxx::work& tx, AccountId account, const std::string& hash);
void write_upload(pqxx::work& tx, const UploadRow& upload);
void forget_upload(pqxx::work& tx, AccountId account, const std::string& hash);

}  // namespace parley::db
