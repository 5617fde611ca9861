#include <pqxx/pqxx>

#include "db/store/array_literal.hpp"
#include "db/store/iso_time.hpp"
#include "db/store/people.hpp"

namespace parley::db {
namespace {

const std::string columns =
    "select id, name, hint, role, created_by, " + iso_time("created_at") + ", " + iso_time("last_used_at") + ", " +
    iso_time("expires_at") + ", " + iso_time("revoked_at") +
    ", coalesce((extract(epoch from expires_at) * 1000)::bigint, 0), array_to_string(scopes, ' '), "
    "coalesce(last_used_at < now() - interval '1 minute', true) from api_keys ";

// Scopes have no spaces in them.
std::vector<std::string> words_of(const std::string& text) {
    std::vector<std::string> words;
    for (std::size_t at = 0; at < text.size();) {
        const auto end = std::min(text.find(' ', at), text.size());
        if (end > at) words.push_back(text.substr(at, end - at));
        at = end + 1;
    }
    return words;
}

ApiKey to_key(const pqxx::row& row) {
    ApiKey key;
    key.id = row[0].as<std::int64_t>();
    key.name = row[1].c_str();
    key.hint = row[2].c_str();
    key.role = row[3].c_str();
    key.created_by = row[4].c_str();
    key.created_at = row[5].c_str();
    key.last_used_at = row[6].c_str();
    key.expires_at = row[7].c_str();
    key.revoked_at = row[8].c_str();
    key.expires = row[9].as<UnixMillis>();
    key.scopes = words_of(row[10].c_str());
    return key;
}

}  // namespace

std::int64_t insert_api_key(pqxx::work& tx, const ApiKey& key, const std::string& hash) {
    ArrayLiteral scopes;
    for (const auto& scope : key.scopes) scopes.add(scope);
    return tx
        .exec_params(
            "insert into api_keys (name, hash, hint, role, scopes, created_by, expires_at) "
            "values ($1, decode($2, 'hex'), $3, $4, $5::text[], $6, to_timestamp(nullif($7::bigint, 0) / "
            "1000.0)) returning id",
            key.name, hash, key.hint, key.role, scopes.str(), key.created_by, key.expires)[0][0]
        .as<std::int64_t>();
}

std::vector<ApiKey> list_api_keys(pqxx::work& tx, std::int64_t before, std::size_t limit) {
    std::vector<ApiKey> keys;
    for (const auto& row : tx.exec_params(columns + "where id < $1 order by id desc limit $2", before, limit))
        keys.push_back(to_key(row));
    return keys;
}

std::optional<ApiKey> read_api_key(pqxx::work& tx, std::int64_t id) {
    const auto rows = tx.exec_params(columns + "where id = $1", id);
    if (rows.empty()) return std::nullopt;
    return to_key(rows[0]);
}

bool revoke_api_key(pqxx::work& tx, std::int64_t id) {
    const auto gone = tx.exec_params("update api_keys set revoked_at = now() where id = $1 and revoked_at is null", id);
    if (gone.affected_rows() == 0) return false;
    tx.exec("notify parley_auth");
    return true;
}

std::optional<ApiKey> use_api_key(pqxx::work& tx, const std::string& hash) {
    const auto rows = tx.exec_params(columns +
                                         "where hash = decode($1, 'hex') and revoked_at is null "
                                         "and coalesce(expires_at > now(), true)",
                                     hash);
    if (rows.empty()) return std::nullopt;
    auto key = to_key(rows[0]);
    if (rows[0][11].as<bool>()) tx.exec_params("update api_keys set last_used_at = now() where id = $1", key.id);
    return key;
}

std::vector<std::int64_t> valid_api_keys(pqxx::work& tx, const std::vector<std::int64_t>& keys) {
    ArrayLiteral ids;
    for (const auto key : keys) ids.add(key);
    std::vector<std::int64_t> valid;
    for (const auto& row : tx.exec_params("select id from api_keys where id = any($1::bigint[]) and revoked_at is null "
                                          "and coalesce(expires_at > now(), true)",
                                          ids.str()))
        valid.push_back(row[0].as<std::int64_t>());
    return valid;
}

}  // namespace parley::db
