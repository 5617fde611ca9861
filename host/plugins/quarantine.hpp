// Counts failures in a row: so many of them within a time, and the plugin is taken out of service.
#pragma once

#include <atomic>
#include <chrono>
#include <deque>
#include <mutex>

namespace parley::plugins {

class FailureStreak {
public:
    using Time = std::chrono::steady_clock::time_point;

    // `limit` 0: never trips.
    FailureStreak(unsigned limit, std::chrono::nanoseconds window) : limit_(limit), window_(window) {}

    // [any thread]
    void succeeded();
    // [any thread] True: this failure was the one too many.
    bool failed(Time now);

private:
    const unsigned limit_;
    const std::chrono::nanoseconds window_;
    std::atomic<bool> any_{false};  // so that success, the usual case, takes no lock
    std::mutex mutex_;
    std::deque<Time> failures_;
};

}  // namespace parley::plugins
