#include "db/store/backlog.hpp"

#include <algorithm>

namespace parley::db {
namespace {

constexpr std::chrono::seconds idle_probe{1};
constexpr std::chrono::milliseconds gathering{1};  // from flush to flush, unless a batch is full
// One usually takes two milliseconds. A longer one may have lost the processor: the other writer need not wait for it.
constexpr std::chrono::milliseconds long_flush{3};
constexpr std::chrono::seconds stall{4};  // when no writer came back for so long, the database hangs

}  // namespace

void Backlog::push(Operation operation) {
    std::optional<Error> refused;
    Batch alone;  // what was refused
    bool look = false;
    {
        const std::lock_guard lock(mutex_);
        auto& line = std::holds_alternative<ReportOp>(operation) ? reports_ : waiting_;
        if (may_be_refused(operation)) {
            if (!healthy_) {
                refused = make_error(Errc::unavailable, "the database is away");
            } else if (stalled(Clock::now())) {
                refused = make_error(Errc::unavailable, "the database does not answer");
            } else if (line.size() >= options_.max_waiting) {
                refused = make_error(Errc::overloaded, "too many messages wait to be stored");
            }
        }
        if (refused) {
            alone.push_back(std::move(operation));
        } else {
            line.push_back(std::move(operation));
            // A writer wakes for the first (to write it, or to see that the other is not too slow) and for a full
            // batch.
            look = line.size() == 1 || line.size() == options_.max_batch;
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
    return ready_soon() >= options_.max_batch || (ready_soon() > 0 && now >= next_flush());
}

// For reports alone no second writer joins in: it stays free for what is in a hurry.
std::size_t Backlog::ready_soon() const {
    return writing_ == 0 ? waiting() : waiting_.size();
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
        wake_.wait_until(lock, ready_soon() == 0 ? probe : std::min(probe, next_flush()));
    Batch batch;
    const std::size_t most = options_.max_batch;
    const bool with_reports = !writing_reports_ || stopping_;
    take_from(waiting_, most - (with_reports ? std::min(reports_.size(), most / 4) : 0), batch);
    if (with_reports) take_from(reports_, most - batch.size(), batch);
    if (batch.empty()) return batch;
    writing_reports_ = writing_reports_ || has_reports(batch);
    writing_ += batch.size();
    ++flushes_;
    flush_began_ = now;
    if (waiting() > 0) wake_.notify_one();
    return batch;
}

void Backlog::take_from(std::deque<Operation>& line, std::size_t count, Batch& batch) {
    for (count = std::min(count, line.size()); count > 0; --count) {
        batch.push_back(std::move(line.front()));
        line.pop_front();
    }
}

void Backlog::written(std::size_t operations, bool reports) {
    const std::lock_guard lock(mutex_);
    writing_ -= operations;
    if (operations > 0) --flushes_;
    if (reports) writing_reports_ = false;
}

bool Backlog::has_reports(const Batch& batch) {
    return !batch.empty() && std::holds_alternative<ReportOp>(batch.back());
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
        for (auto& operation : reports_) sort_out(operation);
        waiting_ = std::move(kept);
        reports_.clear();
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
    return {commits_, operations_, waiting() + writing_};
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
    return stopping_ && waiting() == 0;
}

bool Backlog::pause(std::chrono::milliseconds time) {
    std::unique_lock lock(mutex_);
    wake_.wait_for(lock, time, [this] { return stopping_; });
    return !stopping_;
}

}  // namespace parley::db
