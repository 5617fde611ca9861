#include "db/store/backlog.hpp"

#include <algorithm>

namespace parley::db {
namespace {

constexpr std::chrono::seconds idle_probe{1};
constexpr std::chrono::milliseconds gathering{1};  // from flush to flush, unless a batch is full
constexpr std::chrono::milliseconds long_flush{10};
constexpr std::chrono::seconds stall{4};  // when no writer came back for so long, the database hangs

}  // namespace

void Backlog::push(Operation operation) {
    std::optional<Error> refused;
    Batch alone;  // what was refused
    bool look = false;
    {
        const std::lock_guard lock(mutex_);
        if (may_be_refused(operation)) {
            if (!healthy_) {
                refused = make_error(Errc::unavailable, "the database is away");
            } else if (stalled(Clock::now())) {
                refused = make_error(Errc::unavailable, "the database does not answer");
            } else if (waiting_.size() >= options_.max_waiting) {
                refused = make_error(Errc::overloaded, "too many messages wait to be stored");
            }
        }
        if (refused) {
            alone.push_back(std::move(operation));
        } else {
            waiting_.push_back(std::move(operation));
            // A writer wakes for the first (to write it, or to see that the other is not too slow) and for a full
            // batch.
            look = waiting_.size() == 1 || waiting_.size() == options_.max_batch;
        }
    }
    if (look) wake_.notify_one();
    if (refused) post_refusal(std::move(alone), *refused);
}

// When what waits need not wait for more any longer.
Backlog::Clock::time_point Backlog::next_flush() const {
    return flush_began_ + (writing_ == 0 ? gathering : long_flush);
}

bool Backlog::worth_a_flush(Clock::time_point now) const {
    return waiting_.size() >= options_.max_batch || (!waiting_.empty() && now >= next_flush());
}

bool Backlog::stalled(Clock::time_point now) const {
    return flushes_ >= options_.connections && now - flush_began_ > stall;
}

bool Backlog::healthy() const {
    const std::lock_guard lock(mutex_);
    return healthy_ && !stalled(Clock::now());
}

Batch Backlog::take() {
    std::unique_lock lock(mutex_);
    auto now = Clock::now();
    const auto probe = now + idle_probe;
    for (; !stopping_ && now < probe && !worth_a_flush(now); now = Clock::now())
        wake_.wait_until(lock, waiting_.empty() ? probe : std::min(probe, next_flush()));
    Batch batch;
    const std::size_t count = std::min(waiting_.size(), options_.max_batch);
    if (count == 0) return batch;
    batch.reserve(count);
    for (std::size_t i = 0; i < count; ++i) {
        batch.push_back(std::move(waiting_.front()));
        waiting_.pop_front();
    }
    writing_ += count;
    ++flushes_;
    flush_began_ = now;
    if (!waiting_.empty()) wake_.notify_one();
    return batch;
}

void Backlog::written(std::size_t operations) {
    const std::lock_guard lock(mutex_);
    writing_ -= operations;
    if (operations > 0) --flushes_;
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
