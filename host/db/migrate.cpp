#include "db/migrate.hpp"

#include <map>
#include <pqxx/pqxx>

#include "core/failpoint.hpp"

namespace parley::db {
namespace {

// Any number, as long as it stays the same: the name of the locks among all users of this database.
constexpr std::int64_t migration_lock = 0x5041524C45590001;
constexpr std::int64_t partition_lock = 0x5041524C45590002;

struct Applied {
    std::string name;
    std::string checksum;
};

std::string title(int number, std::string_view name) {
    std::string digits = std::to_string(number);
    digits.insert(0, digits.size() < 4 ? 4 - digits.size() : 0, '0');
    return digits + "_" + std::string(name);
}

std::map<int, Applied> read_applied(pqxx::work& tx) {
    std::map<int, Applied> applied;
    if (tx.exec1("select to_regclass('parley_migrations') is null")[0].as<bool>()) return applied;
    for (const auto& row : tx.exec("select number, name, checksum from parley_migrations order by number"))
        applied[row[0].as<int>()] = {row[1].as<std::string>(), row[2].as<std::string>()};
    return applied;
}

Result<MigrationState> compare(const std::map<int, Applied>& applied, const std::vector<Migration>& known) {
    MigrationState state;
    if (!applied.empty()) state.current = applied.rbegin()->first;
    const int newest = known.empty() ? 0 : known.back().number;
    if (state.current > newest)
        return make_error(Errc::conflict, "the database is at migration " + std::to_string(state.current) +
                                              " and this program knows them up to " + std::to_string(newest) +
                                              ": start the newer parley that made it, or restore a backup");
    std::map<int, Applied> unknown = applied;
    for (const Migration& migration : known) {
        const auto found = unknown.extract(migration.number);
        if (found.empty()) {
            if (migration.number < state.current)
                return make_error(Errc::conflict, "migration " + title(migration.number, migration.name) +
                                                      " is missing in the database, which is already at " +
                                                      std::to_string(state.current) +
                                                      ": it was made by another line of versions");
            state.pending.push_back(title(migration.number, migration.name));
        } else if (found.mapped().checksum != migration.checksum) {
            return make_error(Errc::conflict,
                              "migration " + title(migration.number, migration.name) +
                                  " was changed after it was applied: the database has checksum " +
                                  found.mapped().checksum + ", this program " + std::string(migration.checksum) +
                                  ". A migration never changes once it is out; put the change into a new one");
        }
    }
    if (!unknown.empty())
        return make_error(Errc::conflict,
                          "the database has migration " + title(unknown.begin()->first, unknown.begin()->second.name) +
                              ", which this program does not know: it was made by another line of versions");
    return state;
}

void apply(pqxx::work& tx, const Migration& migration) {
    const char* own_transaction = "select txid_current()";
    const auto before = tx.exec1(own_transaction)[0].as<std::string>();
    try {
        tx.exec(std::string(migration.sql));
        if (tx.exec1(own_transaction)[0].as<std::string>() != before)
            throw ErrorException(make_error(Errc::internal, "it ends the transaction it runs in"));
        tx.exec_params("insert into parley_migrations (number, name, checksum) values ($1, $2, $3)", migration.number,
                       std::string(migration.name), std::string(migration.checksum));
    } catch (const std::exception& failure) {
        Error error = to_error(failure);
        error.message = "migration " + title(migration.number, migration.name) + " failed: " + error.message;
        throw ErrorException(error);
    }
}

// Several may be started at once: they wait for the first one longer than a request would wait for a lock.
void lock_migrations(pqxx::work& tx) {
    tx.exec("set local lock_timeout = '60s'; set local statement_timeout = '60s'");
    tx.exec_params("select pg_advisory_xact_lock($1)", migration_lock);
    tx.exec("set local lock_timeout = '5s'; set local statement_timeout = '10min'");
}

}  // namespace

Result<MigrationState> migration_state(const DatabaseOptions& options, const std::vector<Migration>& known) {
    try {
        const auto connection = connect(options, "parley migrate");
        pqxx::work tx(*connection);
        return compare(read_applied(tx), known);
    } catch (const std::exception& failure) {
        return to_error(failure);
    }
}

Result<MigrationState> migrate(const DatabaseOptions& options, const Logger& log, const std::vector<Migration>& known) {
    try {
        const auto connection = connect(options, "parley migrate");
        pqxx::work tx(*connection);
        lock_migrations(tx);
        const auto applied = read_applied(tx);
        auto state = compare(applied, known);
        if (!state || state->pending.empty()) return state;
        tx.exec(
            "create table if not exists parley_migrations (number integer primary key, name text not null, "
            "checksum text not null, applied_at timestamptz not null default now())");
        for (const Migration& migration : known)
            if (!applied.contains(migration.number)) apply(tx, migration);
        failpoint("mid-migration");
        tx.commit();
        for (const auto& name : state->pending) log.info("db.migrated", {{"migration", name}});
        return MigrationState{known.back().number, {}};
    } catch (const std::exception& failure) {
        return to_error(failure);
    }
}

void ensure_partitions(pqxx::work& tx) {
    tx.exec_params("select pg_advisory_xact_lock($1)", partition_lock);
    tx.exec(
        "select parley_make_partition((date_trunc('month', now() at time zone 'utc') + make_interval(months => "
        "n))::date) "
        "from generate_series(0, 2) n");
}

std::size_t forget_old_reports(pqxx::work& tx) {
    const auto forget = [&tx](const char* statement) { return tx.exec(statement).affected_rows(); };
    return forget(
               "delete from delivery_reports where ctid = any (array(select ctid from delivery_reports "
               "where reported_at < now() - interval '40 days' limit 20000))") +
           forget(
               "delete from account_events where id = any (array(select id from account_events "
               "where parley_time(id) < now() - interval '1 year' order by id limit 20000))");
}

}  // namespace parley::db
