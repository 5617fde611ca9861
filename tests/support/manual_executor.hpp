// The I/O thread of a test: what is posted runs while the test waits for it, and timers fire when the test says so. So
// no test sleeps for luck, and hours pass at once. post() on any thread, the rest on the test's.
#pragma once

#include <catch2/catch.hpp>
#include <chrono>
#include <condition_variable>
#include <deque>
#include <map>
#include <mutex>
#include <utility>

#include "core/executor.hpp"

namespace parley::test {

class ManualExecutor final : public Executor {
public:
    void post(UniqueFunction<void()> work) override {
        const std::lock_guard lock(mutex_);
        posted_.push_back(std::move(work));
        changed_.notify_all();
    }
    TimerId after(std::chrono::milliseconds delay, UniqueFunction<void()> work) override {
        timers_.emplace(std::pair(passed_ + delay, ++last_timer_), std::move(work));
        return last_timer_;
    }
    void cancel(TimerId id) override {
        std::erase_if(timers_, [id](const auto& timer) { return timer.first.second == id; });
    }
    bool on_loop_thread() const override { return false; }

    // Waits for something to be posted, and runs it.
    void run_next() {
        std::unique_lock lock(mutex_);
        REQUIRE(changed_.wait_for(lock, std::chrono::seconds(60), [this] { return !posted_.empty(); }));
        auto work = std::move(posted_.front());
        posted_.pop_front();
        lock.unlock();
        work();
    }
    template <class Condition>
    void run_until(Condition condition) {
        while (!condition()) run_next();
    }
    // Runs what is there.
    void run_posted() {
        while (!idle()) run_next();
    }

    std::size_t timers() const { return timers_.size(); }
    std::chrono::milliseconds until_next() const { return timers_.begin()->first.first - passed_; }
    // Lets the time pass until the next timer, and fires it; how long that was.
    std::chrono::milliseconds fire_next() {
        REQUIRE_FALSE(timers_.empty());
        auto timer = timers_.extract(timers_.begin());
        const auto waited = timer.key().first - passed_;
        passed_ = timer.key().first;
        timer.mapped()();
        return waited;
    }

private:
    bool idle() {
        const std::lock_guard lock(mutex_);
        return posted_.empty();
    }

    std::mutex mutex_;
    std::condition_variable changed_;
    std::deque<UniqueFunction<void()>> posted_;
    std::chrono::milliseconds passed_{0};
    TimerId last_timer_ = 0;
    std::map<std::pair<std::chrono::milliseconds, TimerId>, UniqueFunction<void()>> timers_;  // by when, then in order
};

}  // namespace parley::test
