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

}  // namespace parley::db
