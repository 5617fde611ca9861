// Work for the runtime's thread, from any thread. Shared, because a hook that comes back very late may outlive the
// runtime.
#pragma once

#include <deque>
#include <memory>
#include <mutex>
#include <utility>

#include "core/unique_function.hpp"
#include "plugins/bell.hpp"

namespace parley::plugins {

class Mailbox {
public:
    explicit Mailbox(std::shared_ptr<Bell> bell) : bell_(std::move(bell)) {}

    // [any thread] False: closed, the work will never run.
    bool post(UniqueFunction<void()> work) {
        const std::lock_guard lock(mutex_);
        if (closed_) return false;
        work_.push_back(std::move(work));
        bell_->ring();
        return true;
    }

    // [any thread] So much waits already that what can be refused should be.
    bool full() const {
        const std::lock_guard lock(mutex_);
        return work_.size() >= 256;
    }

    // [runtime thread]
    std::deque<UniqueFunction<void()>> take() {
        const std::lock_guard lock(mutex_);
        return std::exchange(work_, {});
    }

    // Refuses more, and gives back what is left.
    std::deque<UniqueFunction<void()>> close() {
        const std::lock_guard lock(mutex_);
        closed_ = true;
        return std::exchange(work_, {});
    }

private:
    std::shared_ptr<Bell> bell_;
    mutable std::mutex mutex_;
    std::deque<UniqueFunction<void()>> work_;
    bool closed_ = false;
};

}  // namespace parley::plugins
