#include <pqxx/pqxx>

#include "db/store/repositories.hpp"

namespace parley::db {

std::string read_plugin_version(pqxx::work& tx, const std::string& plugin) {
    const auto rows = tx.exec_params("select version from plugins where id = $1", plugin);
    return rows.empty() ? std::string() : rows[0][0].c_str();
}

void write_plugin_version(pqxx::work& tx, const std::string& plugin, const std::string& version) {
    tx.exec_params(
        "insert into plugins (id, version) values ($1, $2) on conflict (id) do update set version = excluded.version",
        plugin, version);
}

std::vector<std::string> read_disabled_plugins(pqxx::work& tx) {
    std::vector<std::string> ids;
    for (const auto& row : tx.exec("select id from plugins where disabled")) ids.emplace_back(row[0].c_str());
    return ids;
}

void write_plugin_disabled(pqxx::work& tx, const std::string& plugin, bool disabled) {
    tx.exec_params(
        "insert into plugins (id, disabled) values ($1, $2) on conflict (id) do update set disabled = "
        "excluded.disabled",
        plugin, disabled);
}

}  // namespace parley::db
