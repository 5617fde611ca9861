#include "plugins/quarantine.hpp"

namespace parley::plugins {

void FailureStreak::succeeded() {
    if (!any_.load(std::memory_order_relaxed)) return;
    const std::lock_guard lock(mutex_);
    failures_.clear();
    overdue_ = 0;
    any_.store(false, std::memory_order_relaxed);
}

bool FailureStreak::failed(Time now, bool overdue) {
    if (limit_ == 0) return false;
    const std::lock_guard lock(mutex_);
    any_.store(true, std::memory_order_relaxed);
    failures_.push_back(now);
    if (overdue) ++overdue_;
    if (failures_.size() > limit_) failures_.pop_front();
    const bool tripped = overdue_ >= limit_ || (failures_.size() == limit_ && now - failures_.front() <= window_);
    if (tripped) {  // after an admin's enable it counts anew
        failures_.clear();
        overdue_ = 0;
    }
    return tripped;
}

}  // namespace parley::plugins
