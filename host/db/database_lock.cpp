#include "db/database_lock.hpp"

#include <poll.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <array>
#include <pqxx/pqxx>
#include <utility>

namespace parley::db {
namespace {

using Clock = std::chrono::steady_clock;

constexpr std::int64_t host_lock = 0x5041524C45590003;
constexpr std::chrono::milliseconds ask_again{300};
constexpr int reconnect_after_ms = 1'000;

// Who has it: pg_locks shows a bigint key in two halves. postgresql.org/docs/current/view-pg-locks.html
constexpr const char* holder =
    "select a.pid, coalesce(host(a.client_addr), 'the machine of the database') "
    "  from pg_locks l join pg_stat_activity a using (pid) "
    " where l.locktype = 'advisory' and l.granted and l.objsubid = 1 and a.datname = current_database() "
    "   and l.classid::bigint = $1 and l.objid::bigint = $2";

}  // namespace

// Two connections that are open side by side are two sessions, or they take turns with one.
Result<bool> shares_sessions(const DatabaseOptions& database) {
    try {
        const auto one = connect(database, "parley doctor"), other = connect(database, "parley doctor");
        const auto session = [](pqxx::connection& connection) {
            return pqxx::nontransaction(connection).exec1("select pg_backend_pid()")[0].as<int>();
        };
        return session(*one) == session(*other);
    } catch (const std::exception& failure) {
        return to_error(failure);
    }
}

DatabaseLock::DatabaseLock(DatabaseOptions database, Logger log)
    : database_(std::move(database)), log_(std::move(log)), stop_event_(eventfd(0, EFD_CLOEXEC)) {}

DatabaseLock::~DatabaseLock() {
    stopping_ = true;
    (void)eventfd_write(stop_event_, 1);
    if (thread_.joinable()) thread_.join();
    close(stop_event_);
}

Result<std::unique_ptr<DatabaseLock>> DatabaseLock::take(DatabaseOptions database, std::chrono::milliseconds patience,
                                                         Logger log) {
    std::unique_ptr<DatabaseLock> lock(new DatabaseLock(std::move(database), std::move(log)));
    const auto give_up = Clock::now() + patience;
    try {
        for (bool told = false;; told = true) {
            const auto refusal = lock->attempt();
            if (!refusal) return lock;
            if (Clock::now() >= give_up) return *refusal;
            if (!told) lock->log_.warn("database.in_use", {{"why", refusal->message}, {"wait_ms", patience.count()}});
            std::this_thread::sleep_for(ask_again);
        }
    } catch (const std::exception& failure) {
        return to_error(failure);
    }
}

// Tries once, on a new connection; throws when the database is away. Errc::conflict: another host has it;
// Errc::unavailable: it cannot be told yet.
std::optional<Error> DatabaseLock::attempt() {
    connection_.reset();
    auto fresh = connect(database_, "parley lock");
    {
        pqxx::nontransaction session(*fresh);
        if (!session.exec_params1("select pg_try_advisory_lock($1)", host_lock)[0].as<bool>()) {
            const auto found = session.exec_params(holder, host_lock >> 32, host_lock & 0xffffffff);
            if (found.empty()) return make_error(Errc::unavailable, "the lock of the database is just changing hands");
            if (found[0][0].as<int>() == session_)
                return make_error(Errc::unavailable, "the server has not noticed yet that the connection broke");
            return make_error(Errc::conflict, "another parley works on this database, connected from " +
                                                  found[0][1].as<std::string>() +
                                                  ": stop that one, or give this one a database of its own in "
                                                  "DATABASE_URL");
        }
    }
    session_ = fresh->backendpid();
    connection_ = std::move(fresh);
    return std::nullopt;
}

void DatabaseLock::keep(std::function<void(const Error&)> lost) {
    thread_ = std::thread([this, lost = std::move(lost)] { run(lost); });
}

void DatabaseLock::run(const std::function<void(const Error&)>& lost) {
    while (!stopping_) {
        try {
            if (connection_) wait_until_broken();
            if (stopping_) return;
            const auto refusal = attempt();
            if (!refusal) {
                log_.info("database.lock_taken_again");
                continue;
            }
            if (refusal->code == Errc::conflict) return lost(*refusal);
        } catch (const std::exception& failure) {
            log_.warn("database.lock_away", {{"why", to_error(failure).message}});
            // What broke now is tried again at once: somebody may be waiting for the lock.
            if (std::exchange(connection_, nullptr)) continue;
        }
        wait(-1, reconnect_after_ms);
    }
}

// Throws when it is.
void DatabaseLock::wait_until_broken() {
    while (wait(connection_->sock(), -1)) pqxx::nontransaction(*connection_).exec("select 1");
}

bool DatabaseLock::wait(int socket, int timeout_ms) const {
    std::array<pollfd, 2> files{pollfd{stop_event_, POLLIN, 0}, pollfd{socket, POLLIN, 0}};
    (void)poll(files.data(), files.size(), timeout_ms);
    return !stopping_;
}

}  // namespace parley::db
