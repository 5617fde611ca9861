#include "plugins/quarantine.hpp"

namespace parley::plugins {

void FailureStreak::succeeded() {
    if (!any_.load(std::memory_order_relaxed)) return;
    const std::lock_guard lock(mutex_);
    failures_.clear();
    any_.store(false, std::memory_order_relaxed);
}

bool FailureStreak::failed(Time now) {
    if (limit_ == 0) return false;
    const std::lock_guard lock(mutex_);
    any_.store(true, std::memory_order_relaxed);
    failures_.push_back(now);
    if (failures_.size() < limit_) return false;
    const bool tripped = now - failures_.front() <= window_;
    if (tripped)
        failures_.clear();  // after an admin's enable it counts anew
    else
        failures_.pop_front();
    return tripped;
}

}  // namespace parley::plugins
