#include "db/store/backlog.hpp"

#include <algorithm>

namespace parley::db {
namespace {

constexpr std::chrono::seconds idle_probe{1};
constexpr std::chrono::milliseconds long_flush{10};

}  // namespace

void Backlog::push(Operation operation) {
    std::optional<Error> refused;
    bool look = false;
    {
        const std::lock_guard lock(mutex_);
        if (may_be_refused(operation)) {
            if (!healthy_) {
                refused = make_error(Errc::unavailable, "the database is away");
            } else if (waiting_.size() >= options_.max_waiting) {
                refused = make_error(Errc::overloaded, "too many messages wait to be stored");
            }
        }
        if (!refused) {
            waiting_.push_back(std::move(operation));
            // A writer wakes for the first (to write it, or to see that the other is not too slow) and for a full
            // batch.
            look = waiting_.size() == 1 || waiting_.size() == options_.max_batch;
        }
    }
    if (look) wake_.notify_one();
    if (!refused) return;
    Batch alone;
    alone.push_back(std::move(operation));
    post_refusal(std::move(alone), *refused);
}

bool Backlog::worth_a_flush(Clock::time_point now) const {
    if (waiting_.empty()) return false;
    return writing_ == 0 || waiting_.size() >= options_.max_batch || now - flush_began_ >= long_flush;
}

Batch Backlog::take() {
    std::unique_lock lock(mutex_);
    auto now = Clock::now();
    const auto probe = now + idle_probe;
    for (; !stopping_ && now < probe && !worth_a_flush(now); now = Clock::now())
        wake_.wait_until(lock, waiting_.empty() ? probe : std::min(probe, flush_began_ + long_flush));
    Batch batch;
    const std::size_t count = std::min(waiting_.size(), options_.max_batch);
    if (count == 0) return batch;
    batch.reserve(count);
    for (std::size_t i = 0; i < count; ++i) {
        batch.push_back(std::move(waiting_.front()));
        waiting_.pop_front();
    }
    writing_ += count;
    flush_began_ = now;
    if (!waiting_.empty()) wake_.notify_one();
    return batch;
}

void Backlog::written(std::size_t operations) {
    const std::lock_guard lock(mutex_);
    writing_ -= operations;
}

void Backlog::put_back(Batch batch, const Error& error) {
    Batch refused;
    {
        const std::lock_guard lock(mutex_);
        std::deque<Operation> kept;
        const auto sort_out = [&](Operation& operation) {
            if (may_be_refused(operation)) {
                refused.push_back(std::move(operation));
            } else {
                kept.push_back(std::move(operation));
            }
        };
        for (auto& operation : batch) sort_out(operation);
        // Those that wait behind them would only wait for their callers' patience to end.
        for (auto& operation : waiting_) sort_out(operation);
        waiting_ = std::move(kept);
    }
    post_refusal(std::move(refused), error);
}

void Backlog::post_answer(Batch batch, BatchResult result) {
    {
        const std::lock_guard lock(mutex_);
        commits_ += 1;
        operations_ += batch.size();
    }
    executor_.post([batch = std::move(batch), result = std::move(result)]() mutable { answer(batch, result); });
}

void Backlog::post_refusal(Batch batch, Error error) {
    if (batch.empty()) return;
    executor_.post([batch = std::move(batch), error = std::move(error)]() mutable { refuse(batch, error); });
}

void Backlog::set_healthy(bool now) {
    {
        const std::lock_guard lock(mutex_);
        if (healthy_ == now) return;
        healthy_ = now;
    }
    executor_.post([this, now] {
        if (health_changed) health_changed(now);
    });
}

bool Backlog::healthy() const {
    const std::lock_guard lock(mutex_);
    return healthy_;
}

Journal::Stats Backlog::stats() const {
    const std::lock_guard lock(mutex_);
    return {commits_, operations_, waiting_.size() + writing_};
}

void Backlog::stop() {
    {
        const std::lock_guard lock(mutex_);
        stopping_ = true;
    }
    wake_.notify_all();
}

bool Backlog::over() const {
    const std::lock_guard lock(mutex_);
    return stopping_ && waiting_.empty();
}

bool Backlog::pause(std::chrono::milliseconds time) {
    std::unique_lock lock(mutex_);
    wake_.wait_for(lock, time, [this] { return stopping_; });
    return !stopping_;
}

}  // namespace parley::db
