// Brings a database's schema to this program's version. Migrations are db/migrations/NNNN_name.sql, embedded in the
// binary, forward only, all that are missing applied in one transaction under an advisory lock and recorded with a
// checksum. Blocks: not on the I/O thread.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "core/error.hpp"
#include "db/pool.hpp"

namespace parley::db {

struct Migration {
    int number;
    std::string_view name;
    std::string_view sql;
    std::string_view checksum;  // SHA-256 of the file, hex
};

// What is embedded, ascending.
const std::vector<Migration>& migrations();

struct MigrationState {
    int current = 0;                   // 0: an empty database
    std::vector<std::string> pending;  // "0002_timers"
};

// Errors: a file changed after it was applied (both checksums named), a database newer than this program (both numbers
// named), no connection.
Result<MigrationState> migration_state(const DatabaseOptions& options,
                                       const std::vector<Migration>& known = migrations());
Result<MigrationState> migrate(const DatabaseOptions& options, const Logger& log,
                               const std::vector<Migration>& known = migrations());

// Make the monthly partitions of `messages` for this month and the next two (UTC), with their indexes, when missing.
// Called at start and once an hour.
void ensure_partitions(pqxx::work& tx);

// Lets go of what providers reported longer ago than any report can still matter: delivery reports of 40 days and
// events of accounts of a year. A bounded number at a time, so that no transaction is long; returns how many went.
std::size_t forget_old_reports(pqxx::work& tx);

}  // namespace parley::db
