// Tells systemd how this process stands: lines to the socket that NOTIFY_SOCKET names, as sd_notify(3) describes. Where
// nobody listens, nothing happens.
#pragma once

#include <chrono>
#include <string>
#include <string_view>

#include "config/config.hpp"
#include "core/executor.hpp"

namespace parley::app {

class ServiceManager {
public:
    explicit ServiceManager(const config::Environment& environment);

    // [any thread] "READY=1", "STOPPING=1". Never waits.
    void tell(std::string_view state) const;

    // [I/O thread] From now on says at half the time that it wants (WATCHDOG_USEC) that this thread is alive. This
    // outlives the loop.
    void watch(Executor& loop) const;

private:
    std::string socket_;
    std::chrono::milliseconds interval_{0};  // 0: no watchdog
};

}  // namespace parley::app
