#include <pqxx/pqxx>

#include "db/store/repositories.hpp"

namespace parley::db {

std::map<std::string, std::string> read_settings(pqxx::work& tx) {
    std::map<std::string, std::string> settings;
    for (const auto& row : tx.exec("select name, value from settings")) settings[row[0].c_str()] = row[1].c_str();
    return settings;
}

int seed_settings(pqxx::work& tx, const std::map<std::string, std::string>& values) {
    int written = 0;
    for (const auto& [name, value] : values)
        written += static_cast<int>(
            tx.exec_params("insert into settings (name, value) values ($1, $2) on conflict do nothing", name, value)
                .affected_rows());
    return written;
}

std::optional<std::string> lock_setting(pqxx::work& tx, const std::string& name) {
    tx.exec_params("select pg_advisory_xact_lock(hashtext('parley setting ' || $1))", name);
    const auto rows = tx.exec_params("select value from settings where name = $1", name);
    return rows.empty() ? std::nullopt : std::optional<std::string>(rows[0][0].c_str());
}

void write_setting(pqxx::work& tx, const std::string& name, const std::optional<std::string>& value) {
    lock_setting(tx, name);  // whoever has it builds on what he read
    if (!value) {
        tx.exec_params("delete from settings where name = $1", name);
        return;
    }
    tx.exec_params(
        "insert into settings (name, value) values ($1, $2) "
        "on conflict (name) do update set value = excluded.value, updated_at = now()",
        name, *value);
}

}  // namespace parley::db
