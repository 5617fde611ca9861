#include <algorithm>
#include <pqxx/pqxx>
#include <tuple>

#include "db/store/repositories.hpp"

namespace parley::db {
namespace {

constexpr const char* statements[][2] = {
    {"parley_storage_version", "select version from plugin_storage where plugin = $1 and key = $2 for update"},
    {"parley_storage_put",
     "insert into plugin_storage (plugin, key, value) values ($1, $2, $3::jsonb) "
     "on conflict (plugin, key) do update set value = excluded.value, version = nextval('plugin_storage_version')"},
    {"parley_storage_insert",
     "insert into plugin_storage (plugin, key, value) values ($1, $2, $3::jsonb) on conflict do nothing"},
    {"parley_storage_remove", "delete from plugin_storage where plugin = $1 and key = $2"},
};

// 0: not there.
std::int64_t locked_version(pqxx::work& tx, const StorageWrite& write) {
    const auto rows = tx.exec_prepared("parley_storage_version", write.plugin, write.key);
    return rows.empty() ? 0 : rows[0][0].as<std::int64_t>();
}

// False: somebody was faster.
bool write_one(pqxx::work& tx, const StorageWrite& write) {
    if (write.expected && locked_version(tx, write) != *write.expected) return false;
    if (!write.value) {
        tx.exec_prepared("parley_storage_remove", write.plugin, write.key);
        return true;
    }
    if (write.expected && *write.expected == 0) {
        // There was no row to lock: two handlings may both have seen nothing, one of them inserts.
        return tx.exec_prepared("parley_storage_insert", write.plugin, write.key, *write.value).affected_rows() == 1;
    }
    tx.exec_prepared("parley_storage_put", write.plugin, write.key, *write.value);
    return true;
}

}  // namespace

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

bool write_storage(pqxx::work& tx, const std::vector<StorageWrite>& writes) {
    for (const auto& [name, sql] : statements) tx.conn().prepare(name, sql);  // again: nothing happens
    // Always in one order, so that two writers cannot wait for each other in a circle.
    std::vector<const StorageWrite*> sorted;
    sorted.reserve(writes.size());
    for (const auto& write : writes) sorted.push_back(&write);
    std::sort(sorted.begin(), sorted.end(),
              [](const auto* a, const auto* b) { return std::tie(a->plugin, a->key) < std::tie(b->plugin, b->key); });
    return std::all_of(sorted.begin(), sorted.end(), [&tx](const auto* write) { return write_one(tx, *write); });
}

}  // namespace parley::db
