#include <pqxx/pqxx>

#include "db/store/repositories.hpp"

namespace parley::db {
namespace {

// Milliseconds, rounded as parley_timer_take rounds them: a row that somebody else wrote may have microseconds.
constexpr const char* columns =
    "plugin, account_id, chat, name, payload, sender, group_id, (extract(epoch from due) * 1000)::bigint";

DueTimer to_timer(const pqxx::row& row) {
    DueTimer due;
    due.timer.plugin = row[0].c_str();
    due.timer.account = row[1].as<AccountId>();
    due.timer.chat = row[2].c_str();
    due.timer.name = row[3].c_str();
    due.timer.payload = row[4].c_str();
    due.timer.sender = row[5].c_str();
    due.timer.group = row[6].c_str();
    due.due = row[7].as<UnixMillis>();
    due.timer.due = due.due;
    return due;
}

std::vector<DueTimer> to_timers(const pqxx::result& rows) {
    std::vector<DueTimer> timers;
    for (const auto& row : rows) timers.push_back(to_timer(row));
    return timers;
}

}  // namespace

std::vector<DueTimer> read_due_timers(pqxx::work& tx, UnixMillis until, std::size_t limit) {
    return to_timers(tx.exec_params(std::string("select ") + columns +
                                        " from timers where due <= timestamptz 'epoch' + $1::bigint * interval '1 "
                                        "millisecond' order by due limit $2",
                                    until, limit));
}

std::vector<DueTimer> list_timers(pqxx::work& tx, const std::string& plugin, AccountId account,
                                  const std::string& chat) {
    return to_timers(tx.exec_params(std::string("select ") + columns +
                                        " from timers where plugin = $1 and account_id = $2 and chat = $3 order by due",
                                    plugin, account, chat));
}

std::optional<UnixMillis> next_timer(pqxx::work& tx) {
    const auto rows = tx.exec("select (extract(epoch from min(due)) * 1000)::bigint from timers");
    if (rows[0][0].is_null()) return std::nullopt;
    return rows[0][0].as<UnixMillis>();
}

}  // namespace parley::db
