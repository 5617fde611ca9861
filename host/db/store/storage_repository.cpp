#include <pqxx/pqxx>

#include "db/store/repositories.hpp"

namespace parley::db {

std::optional<StoredValue> read_storage(pqxx::work& tx, const std::string& plugin, const std::string& key) {
    const auto rows =
        tx.exec_params("select value::text, version from plugin_storage where plugin = $1 and key = $2", plugin, key);
    if (rows.empty()) return std::nullopt;
    return StoredValue{rows[0][0].c_str(), rows[0][1].as<std::int64_t>()};
}

std::vector<std::pair<std::string, StoredValue>> list_storage(pqxx::work& tx, const std::string& plugin,
                                                              const std::string& prefix, const std::string& after,
                                                              std::size_t limit) {
    const auto rows = tx.exec_params(
        "select key, value::text, version from plugin_storage "
        " where plugin = $1 and key > $3 and key >= $2 and starts_with(key, $2) order by key limit $4",
        plugin, prefix, after, limit);
    std::vector<std::pair<std::string, StoredValue>> found;
    for (const auto& row : rows)
        found.emplace_back(row[0].c_str(), StoredValue{row[1].c_str(), row[2].as<std::int64_t>()});
    return found;
}

void write_storage(pqxx::work& tx, const StorageWrite& write) {
    if (write.value) {
        tx.exec_params(
            "insert into plugin_storage (plugin, key, value) values ($1, $2, $3::jsonb) "
            "on conflict (plugin, key) do update set value = excluded.value, version = "
            "nextval('plugin_storage_version')",
            write.plugin, write.key, *write.value);
    } else {
        tx.exec_params("delete from plugin_storage where plugin = $1 and key = $2", write.plugin, write.key);
    }
}

}  // namespace parley::db
