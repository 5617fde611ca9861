// One host a database: two would work off the same queues, send twice, and make the same ids.
//
// A session lock of PostgreSQL, on a connection that nothing else uses. The lock is gone with its session, so it is no
// proof by itself: when the connection breaks it is taken again on a new one, within moments, and who finds that
// another host was faster has to stop. Both may have worked until then.
#pragma once

#include <atomic>
#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <thread>

#include "core/error.hpp"
#include "core/log.hpp"
#include "db/pool.hpp"

namespace parley::db {

// Whether sessions are handed out for single transactions by something between here and PostgreSQL: neither locks nor
// LISTEN nor settings of a session hold there. Blocks.
Result<bool> shares_sessions(const DatabaseOptions& database);

class DatabaseLock {
public:
    // Waits at most `patience` for a host that is just going down. Blocks. Errc::conflict: another one works there, and
    // from where; otherwise what is wrong with the database.
    static Result<std::unique_ptr<DatabaseLock>> take(DatabaseOptions database, std::chrono::milliseconds patience,
                                                      Logger log);
    ~DatabaseLock();
    DatabaseLock(const DatabaseLock&) = delete;
    DatabaseLock& operator=(const DatabaseLock&) = delete;

    // Holds on to it from now on. `lost` is called at most once, on a thread of its own, with what to tell the
    // operator.
    void keep(std::function<void(const Error&)> lost);

private:
    DatabaseLock(DatabaseOptions database, Logger log);
    std::optional<Error> attempt();
    void run(const std::function<void(const Error&)>& lost);
    void wait_until_broken();
    bool wait(int socket, int timeout_ms) const;  // false: it is over

    const DatabaseOptions database_;
    Logger log_;
    std::unique_ptr<pqxx::connection> connection_;  // null: broken
    int session_ = 0;                               // of the server, that has or had it
    int stop_event_;
    std::atomic<bool> stopping_{false};
    std::thread thread_;
};

}  // namespace parley::db
