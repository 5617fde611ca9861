// People who sign in, their tokens, and the keys of programs. [database threads, block] Functions run in the
// transaction they are given and throw when the database is unavailable.
//
// Tokens and keys are known here by the SHA-256 of their text only. Whatever takes a right away tells other nodes with
// its commit (NOTIFY parley_auth).
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "core/message.hpp"
#include "db/pool.hpp"

namespace parley::db {

using PersonId = std::int64_t;

inline constexpr PersonId bot_person = 0;

struct Person {
    PersonId id = 0;
    std::string username;
    std::string role;  // "user", "operator", "admin"
    bool disabled = false;
    std::string created_at;
};

// Nothing: somebody has that name, whatever its case.
std::optional<Person> insert_person(pqxx::work& tx, const std::string& username, const std::string& password_hash,
                                    const std::string& role);
std::optional<Person> find_person(pqxx::work& tx, const std::string& username);      // whatever its case
std::vector<Person> list_people(pqxx::work& tx, PersonId after, std::size_t limit);  // ascending, without the bot

// The operator of the machine, who comes without a password and has a name that nobody can register: made when there is
// none yet, an admin then.
Person ensure_operator(pqxx::work& tx);

struct Credentials {
    Person person;
    std::string password_hash;
};
std::optional<Credentials> find_credentials(pqxx::work& tx, const std::string& username);

// Each takes the person's tokens away as well, and returns their ids. Nothing: there is no such person.
using Taken = std::optional<std::vector<std::int64_t>>;
Taken set_role(pqxx::work& tx, PersonId id, const std::string& role);
Taken set_password(pqxx::work& tx, PersonId id, const std::string& password_hash);
Taken set_disabled(pqxx::work& tx, PersonId id, bool disabled);
// The same password hashed anew; tokens stay. Not when it has been changed meanwhile.
void replace_hash(pqxx::work& tx, PersonId id, const std::string& old_hash, const std::string& new_hash);

// --- tokens: sign-ins of people. One holds until it expires, or was not used for 7 days; for 15 minutes, if its person
// may do more than a user. Uses are noted to the minute.
struct Token {
    std::int64_t id = 0;
    std::string label, remote, created_at, last_used_at, expires_at;
};
// A person has at most 100 tokens: the oldest give way. Nothing: the person is gone, disabled, or has another password
// than the one with `password_hash`, which was found to be right.
std::optional<std::int64_t> insert_token(pqxx::work& tx, PersonId person, const std::string& password_hash,
                                         const std::string& hash, const std::string& label, const std::string& remote,
                                         std::int64_t lifetime_s);
std::vector<Token> list_tokens(pqxx::work& tx, PersonId person);  // newest first, those that hold
// False: the person has no such token.
bool revoke_token(pqxx::work& tx, PersonId person, std::int64_t token);
std::vector<std::int64_t> revoke_tokens(pqxx::work& tx, PersonId person);  // all; their ids

struct TokenOwner {
    std::int64_t token = 0;
    Person person;
    UnixMillis expires_at = 0;
};
// Whose token it is. Nothing: nobody's, one that does not hold, or of somebody disabled. Notes the use.
std::optional<TokenOwner> use_token(pqxx::work& tx, const std::string& hash);
// They were used, without being looked up.
void note_uses(pqxx::work& tx, const std::vector<std::int64_t>& tokens);
// Those of them that hold.
std::vector<std::int64_t> valid_tokens(pqxx::work& tx, const std::vector<std::int64_t>& tokens);

// --- API keys: sign-ins of programs
struct ApiKey {
    std::int64_t id = 0;
    std::string name;
    std::string hint;  // its last letters
    std::string role;
    std::vector<std::string> scopes;  // "messages:read", ...
    std::string created_by, created_at, last_used_at, expires_at, revoked_at;
    UnixMillis expires = 0;  // 0: never
};
std::int64_t insert_api_key(pqxx::work& tx, const ApiKey& key, const std::string& hash);
std::vector<ApiKey> list_api_keys(pqxx::work& tx, std::int64_t before, std::size_t limit);  // newest first
std::optional<ApiKey> read_api_key(pqxx::work& tx, std::int64_t id);
bool revoke_api_key(pqxx::work& tx, std::int64_t id);  // false: there is none that holds
// Nothing: nobody's, expired or revoked. Notes the use, to the minute.
std::optional<ApiKey> use_api_key(pqxx::work& tx, const std::string& hash);
std::vector<std::int64_t> valid_api_keys(pqxx::work& tx, const std::vector<std::int64_t>& keys);

}  // namespace parley::db
