// An executor that a test drives: posted work and timers run when it says so, on a clock that it moves.
#pragma once

#include <deque>
#include <map>
#include <utility>

#include "core/executor.hpp"
#include "core/message.hpp"

namespace parley::test {

class ClockedExecutor final : public Executor {
public:
    void post(UniqueFunction<void()> work) override { posted_.push_back(std::move(work)); }

    TimerId after(std::chrono::milliseconds delay, UniqueFunction<void()> work) override {
        timers_.emplace(std::pair(now_ + delay.count(), ++last_id_), std::move(work));
        return last_id_;
    }

    void cancel(TimerId id) override {
        std::erase_if(timers_, [id](const auto& timer) { return timer.first.second == id; });
    }

    bool on_loop_thread() const override { return true; }

    UnixMillis now() const { return now_; }
    std::size_t timers() const { return timers_.size(); }

    // Time passes; what is due runs, in order, at its own moment.
    void advance(std::chrono::milliseconds time) {
        const UnixMillis until = now_ + time.count();
        run_posted();
        while (!timers_.empty() && timers_.begin()->first.first <= until) {
            auto timer = timers_.extract(timers_.begin());
            now_ = timer.key().first;
            timer.mapped()();
            run_posted();
        }
        now_ = until;
    }

private:
    void run_posted() {
        while (!posted_.empty()) {
            auto work = std::move(posted_.front());
            posted_.pop_front();
            work();
        }
    }

    UnixMillis now_ = 1'760'000'000'000;
    TimerId last_id_ = 0;
    std::deque<UniqueFunction<void()>> posted_;
    std::map<std::pair<UnixMillis, TimerId>, UniqueFunction<void()>> timers_;
};

}  // namespace parley::test
