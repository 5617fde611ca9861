#include "db/store/people.hpp"

#include <pqxx/pqxx>

#include "db/store/array_literal.hpp"
#include "db/store/iso_time.hpp"

namespace parley::db {
namespace {

constexpr int most_tokens = 100;

const std::string person_columns = "p.id, p.username, p.role, p.disabled, " + iso_time("p.created_at");

Person to_person(const pqxx::row& row, pqxx::row_size_type at = 0) {
    return {row[at].as<PersonId>(), row[at + 1].c_str(), row[at + 2].c_str(), row[at + 3].as<bool>(),
            row[at + 4].c_str()};
}

std::optional<Person> first_person(const pqxx::result& rows) {
    if (rows.empty()) return std::nullopt;
    return to_person(rows[0]);
}

// Of tokens t and their people p.
const std::string holds =
    "t.expires_at > now() and not p.disabled and "
    "t.last_used_at > now() - case p.role when 'user' then interval '7 days' else interval '15 minutes' end";
const std::string used_before = "t.last_used_at < now() - interval '1 minute'";

std::string array_of(const std::vector<std::int64_t>& numbers) {
    ArrayLiteral array;
    for (const auto number : numbers) array.add(number);
    return array.str();
}

std::vector<std::int64_t> first_column(const pqxx::result& rows) {
    std::vector<std::int64_t> numbers;
    for (const auto& row : rows) numbers.push_back(row[0].as<std::int64_t>());
    return numbers;
}

void tell_other_nodes(pqxx::work& tx) {
    tx.exec("notify parley_auth");
}

// The tokens of a person whose row was just changed.
Taken taken_from(pqxx::work& tx, const pqxx::result& changed, PersonId id) {
    if (changed.affected_rows() == 0) return std::nullopt;
    return revoke_tokens(tx, id);
}

}  // namespace

std::optional<Person> insert_person(pqxx::work& tx, const std::string& username, const std::string& password_hash,
                                    const std::string& role) {
    return first_person(
        tx.exec_params("insert into people as p (username, password, role) values ($1, $2, $3) "
                       "on conflict (lower(username)) do nothing returning " +
                           person_columns,
                       username, password_hash, role));
}

std::optional<Person> find_person(pqxx::work& tx, const std::string& username) {
    return first_person(
        tx.exec_params("select " + person_columns + " from people p where lower(username) = lower($1)", username));
}

Person ensure_operator(pqxx::work& tx) {
    const std::string name = "(operator)";
    if (auto there = find_person(tx, name)) return *there;
    if (auto made = insert_person(tx, name, "", "admin")) return *made;
    return find_person(tx, name).value();  // another one was faster
}

std::vector<Person> list_people(pqxx::work& tx, PersonId after, std::size_t limit) {
    std::vector<Person> people;
    for (const auto& row : tx.exec_params(
             "select " + person_columns + " from people p where id > greatest($1::bigint, 0) order by id limit $2",
             after, limit))
        people.push_back(to_person(row));
    return people;
}

std::optional<Credentials> find_credentials(pqxx::work& tx, const std::string& username) {
    const auto rows = tx.exec_params(
        "select " + person_columns + ", p.password from people p where lower(username) = lower($1)", username);
    if (rows.empty()) return std::nullopt;
    return Credentials{to_person(rows[0]), rows[0][5].c_str()};
}

Taken set_role(pqxx::work& tx, PersonId id, const std::string& role) {
    return taken_from(tx, tx.exec_params("update people set role = $2 where id = $1 and id <> 0", id, role), id);
}

Taken set_password(pqxx::work& tx, PersonId id, const std::string& password_hash) {
    return taken_from(
        tx, tx.exec_params("update people set password = $2 where id = $1 and id <> 0", id, password_hash), id);
}

Taken set_disabled(pqxx::work& tx, PersonId id, bool disabled) {
    return taken_from(tx, tx.exec_params("update people set disabled = $2 where id = $1 and id <> 0", id, disabled),
                      id);
}

void replace_hash(pqxx::work& tx, PersonId id, const std::string& old_hash, const std::string& new_hash) {
    tx.exec_params("update people set password = $3 where id = $1 and password = $2", id, old_hash, new_hash);
}

std::optional<std::int64_t> insert_token(pqxx::work& tx, PersonId person, const std::string& password_hash,
                                         const std::string& hash, const std::string& label, const std::string& remote,
                                         std::int64_t lifetime_s) {
    // The lock: who is disabled, or gets another password, at this moment has no token that outlives it.
    const auto made = tx.exec_params(
        "with owner as (select id from people where id = $1 and password = $6 and not disabled for share) "
        "insert into tokens (person_id, hash, label, remote, expires_at) "
        "select id, decode($2, 'hex'), $3, $4, now() + $5::bigint * interval '1 second' from owner returning id",
        person, hash, label, remote, lifetime_s, password_hash);
    if (made.empty()) return std::nullopt;
    tx.exec_params(
        "delete from tokens where person_id = $1 and (expires_at < now() or id not in "
        "(select id from tokens where person_id = $1 order by id desc limit $2))",
        person, most_tokens);
    return made[0][0].as<std::int64_t>();
}

std::vector<Token> list_tokens(pqxx::work& tx, PersonId person) {
    std::vector<Token> tokens;
    for (const auto& row :
         tx.exec_params("select t.id, t.label, t.remote, " + iso_time("t.created_at") + ", " +
                            iso_time("t.last_used_at") + ", " + iso_time("t.expires_at") +
                            " from tokens t join people p on p.id = t.person_id where t.person_id = $1 and " + holds +
                            " order by t.id desc",
                        person))
        tokens.push_back({row[0].as<std::int64_t>(), row[1].c_str(), row[2].c_str(), row[3].c_str(), row[4].c_str(),
                          row[5].c_str()});
    return tokens;
}

bool revoke_token(pqxx::work& tx, PersonId person, std::int64_t token) {
    const auto gone = tx.exec_params("delete from tokens where person_id = $1 and id = $2", person, token);
    if (gone.affected_rows() == 0) return false;
    tell_other_nodes(tx);
    return true;
}

std::vector<std::int64_t> revoke_tokens(pqxx::work& tx, PersonId person) {
    auto gone = first_column(tx.exec_params("delete from tokens where person_id = $1 returning id", person));
    if (!gone.empty()) tell_other_nodes(tx);
    return gone;
}

std::optional<TokenOwner> use_token(pqxx::work& tx, const std::string& hash) {
    const auto rows = tx.exec_params("select " + person_columns +
                                         ", t.id, (extract(epoch from t.expires_at) * 1000)::bigint, " + used_before +
                                         " from tokens t join people p on p.id = t.person_id "
                                         "where t.hash = decode($1, 'hex') and " +
                                         holds,
                                     hash);
    if (rows.empty()) return std::nullopt;
    TokenOwner owner{rows[0][5].as<std::int64_t>(), to_person(rows[0]), rows[0][6].as<UnixMillis>()};
    if (rows[0][7].as<bool>()) note_uses(tx, {owner.token});
    return owner;
}

void note_uses(pqxx::work& tx, const std::vector<std::int64_t>& tokens) {
    if (tokens.empty()) return;
    tx.exec_params("update tokens t set last_used_at = now() where t.id = any($1::bigint[]) and " + used_before,
                   array_of(tokens));
}

std::vector<std::int64_t> valid_tokens(pqxx::work& tx, const std::vector<std::int64_t>& tokens) {
    return first_column(
        tx.exec_params("select t.id from tokens t join people p on p.id = t.person_id "
                       "where t.id = any($1::bigint[]) and " +
                           holds,
                       array_of(tokens)));
}

}  // namespace parley::db
