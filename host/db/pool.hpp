// Connections to PostgreSQL and the threads that use them. libpqxx blocks, so nothing here runs on the I/O thread; only
// host/db and the writers and repositories of other folders' .cpp files that are given a transaction see pqxx.
#pragma once

#include <functional>
#include <memory>
#include <pqxx/connection>  // its classes are aliases of templates: they cannot be declared ahead
#include <pqxx/transaction>
#include <string>
#include <string_view>

#include "core/error.hpp"
#include "core/executor.hpp"
#include "core/log.hpp"
#include "core/secret.hpp"
#include "core/unique_function.hpp"

namespace parley::db {

struct DatabaseOptions {
    Secret url;                // postgresql://... or a libpq connection string
    unsigned connections = 4;  // of the pool; writers have their own
    int connect_timeout_s = 3;
    int statement_timeout_ms = 5'000;
    int lock_timeout_ms = 2'000;
    int wait_timeout_ms = 5'000;       // for a free connection of the pool
    std::size_t max_waiting = 10'000;  // jobs waiting for a connection; more are refused: Errc::overloaded
};

// Opens one connection with the session settings above (and UTC, jit off, durable commits, application_name as given).
// It never reconnects by itself: after a failure destroy it and open another, for locks and LISTEN are gone with the
// session. Throws pqxx::failure with the server's words; ErrorException for a URL that makes no sense, a server older
// than 13 and, unless the environment has PARLEY_ALLOW_UNSAFE_DATABASE=1, one with fsync=off.
std::unique_ptr<pqxx::connection> connect(const DatabaseOptions& options, std::string_view application_name);

// Turns an exception from a transaction into an Error: broken connection, shutdown, serialization, disk full, in doubt
// -> unavailable; timeouts -> timeout; a unique key -> conflict; a value the type cannot hold -> invalid; an
// ErrorException -> its own error; the rest -> internal.
Error to_error(const std::exception& failure);

// Does this error of a pool say that a commit may have got through? All its others left nothing behind.
bool is_in_doubt(const Error& error);

// Was the transaction rolled back for a reason that another try from the start may get around (deadlock, serialization
// failure)?
bool is_retryable(const std::exception& failure);

// Did it wait too long for somebody else's lock? It may go through the next time, however often it has not.
bool is_lock_timeout(const std::exception& failure);

// Is the connection unusable after this, whatever pqxx thinks of it? Destroy it.
bool breaks_connection(const std::exception& failure);

// May a transaction be run again when nobody knows whether its commit got through?
enum class Rerun {
    never,  // an in-doubt commit is reported: Errc::unavailable, "in doubt" in the message
    safe,   // the body finds out by itself (unique keys, ON CONFLICT): run it again; reported only when that does not
            // get through
};

// Threads that own a connection each and run transactions for everybody else, first come, first served. While the
// database is away, callers hear so at once: Errc::unavailable.
class Pool {
public:
    using Body = std::function<void(pqxx::work&)>;

    Pool(DatabaseOptions options, Logger log);
    ~Pool();  // finishes what runs, refuses what waits

    // [any thread but the I/O thread and the pool's] Run `body` in one transaction and wait for it; it runs on a thread
    // of the pool. Commits when it returns, rolls back when it throws. Tried again (from the start) after a deadlock, a
    // serialization failure or a connection that broke before the commit, at most 3 times in all. Throws
    // ErrorException, and Errc::timeout when no connection was free within wait_timeout_ms.
    void run(const Body& body, Rerun rerun = Rerun::never);

    // [any thread] The same without waiting; `done` is posted to `executor`. What waits and is refused is told so too.
    void run_async(Executor& executor, Body body, UniqueFunction<void(Result<void>)> done, Rerun rerun = Rerun::never);

    // [any thread] Is the database reachable? As of the last transaction or probe (one a second while it is not).
    bool healthy() const;

    // [any thread] Jobs that wait for a connection.
    std::size_t waiting() const;

private:
    struct Impl;
    std::unique_ptr<Impl> impl_;
};

}  // namespace parley::db
