// Hears NOTIFY on one channel, on a connection and a thread of its own. What happens while it is not connected is not
// heard: it calls once after each new connection as well, and whoever listens looks into the table now and then.
#pragma once

#include <atomic>
#include <functional>
#include <string>
#include <thread>

#include "core/executor.hpp"
#include "core/log.hpp"
#include "db/pool.hpp"

namespace parley::db {

class Listener {
public:
    // `heard` is posted to `executor`; several notifications may be one call.
    Listener(DatabaseOptions database, std::string channel, Executor& executor, std::function<void()> heard,
             Logger log);
    ~Listener();
    Listener(const Listener&) = delete;
    Listener& operator=(const Listener&) = delete;

private:
    void run();
    void listen();
    bool wait(int socket, int timeout_ms) const;  // false: it is over

    const DatabaseOptions database_;
    const std::string channel_;
    Executor& executor_;
    const std::function<void()> heard_;
    Logger log_;
    int stop_event_;
    std::atomic<bool> stopping_{false};
    std::thread thread_;
};

}  // namespace parley::db
