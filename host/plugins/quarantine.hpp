// Counts failures in a row: so many of them within a time, and the plugin is taken out of service. Calls that pass
// their deadline take longer than any such time, so of them so many in a row are enough.
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
    // [any thread] True: this failure was the one too many. `overdue`: it was given up past its deadline.
    bool failed(Time now, bool overdue = false);

private:
    const unsigned limit_;
    const std::chrono::nanoseconds window_;
    std::atomic<bool> any_{false};  // so that success, the usual case, takes no lock
    std::mutex mutex_;
    std::deque<Time> failures_;
    unsigned overdue_ = 0;
};

}  // namespace parley::plugins
