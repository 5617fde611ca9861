#include <pqxx/pqxx>

#include "db/store/repositories.hpp"

namespace parley::db {
namespace {

User to_user(const pqxx::row& row) {
    return User{row[0].c_str(), row[1].c_str(), row[2].c_str(), row[3].c_str(), row[4].c_str()};
}

// A person seen directly and in groups has a row each; the direct one, or the oldest, speaks for them.
const std::string columns =
    "distinct on (user_id) user_id, group_id, name, user_group, "
    "to_char(first_seen at time zone 'utc', 'YYYY-MM-DD\"T\"HH24:MI:SS\"Z\"') ";

const std::string of_organisation =
    "from users where organisation_id = (select organisation_id from accounts where id = $1) and ";

}  // namespace

std::optional<User> read_user(pqxx::work& tx, AccountId account, const std::string& id) {
    const auto rows = tx.exec_params(
        "select " + columns + of_organisation + "user_id = $2 order by user_id, group_id <> '', first_seen", account,
        id);
    if (rows.empty()) return std::nullopt;
    return to_user(rows[0]);
}

std::vector<User> list_users(pqxx::work& tx, AccountId account, const std::string& user_group, const std::string& after,
                             std::size_t limit) {
    const auto rows = tx.exec_params("select " + columns + of_organisation +
                                         "user_id > $3 and ($2 = '' or user_group = $2) "
                                         "order by user_id, group_id <> '', first_seen limit $4",
                                     account, user_group, after, limit);
    std::vector<User> users;
    for (const auto& row : rows) users.push_back(to_user(row));
    return users;
}

std::vector<std::string> list_user_groups(pqxx::work& tx, AccountId account) {
    std::vector<std::string> groups;
    for (const auto& row : tx.exec_params(
             "select distinct user_group " + of_organisation + "user_group <> '' order by user_group", account))
        groups.emplace_back(row[0].c_str());
    return groups;
}

}  // namespace parley::db
