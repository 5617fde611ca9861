#include "plugins/pool_state.hpp"

#include "plugins/pool_worker.hpp"

namespace parley::plugins {

PoolState::PoolState(HandlerPoolOptions options, Logger log)
    : options_(options), log_(std::move(log)), target_(std::max(1u, options.min_threads)) {
    last_busy_ = last_progress_ = last_look_ = Clock::now();
}

void PoolState::start_min_threads() {
    for (unsigned i = 0; i < std::max(1u, options_.min_threads); ++i) {
        Lock lock(mutex_);
        ++threads_;
        lock.unlock();
        spawn();
    }
}

unsigned PoolState::active() const {
    return threads_ - static_cast<unsigned>(parked_.size()) - written_off_ - waiting_;
}

bool PoolState::may_spawn() const {
    return !stopping_ && !(draining_ && waiting_ > 0) && threads_ < options_.max_threads;
}

void PoolState::submit(std::vector<HandlerPool::Job> jobs) {
    const auto count = static_cast<unsigned>(jobs.size());
    const auto now = Clock::now();
    Lock lock(mutex_);
    for (auto& job : jobs) {
        if (job.limit.count() > 0) {
            shortest_limit_ = std::min<Clock::duration>(shortest_limit_, job.limit);
            next_overdue_ = std::min(next_overdue_, now + job.limit);
        }
        queue_.push_back({std::move(job), now});
    }
    if (asleep_) {
        asleep_ = false;
        tick_.notify_one();
    }
    staff(lock, count);
}

void PoolState::staff(Lock& lock, unsigned at_most) {
    unsigned fresh = 0;
    for (unsigned i = 0; i < at_most && active() < target_; ++i) {
        const bool work_waits = queue_.size() > i;
        if (work_waits && !parked_.empty()) {
            auto* worker = parked_.back();
            parked_.pop_back();
            worker->woken = true;
            worker->parked = false;
            worker->wake.notify_one();
        } else if ((work_waits || active() == 0) && parked_.empty() && may_spawn()) {
            // Even with nothing to do yet there should be one to do it: so that submit(), on the I/O thread, finds it.
            ++threads_;
            ++fresh;
        }
    }
    lock.unlock();
    for (; fresh > 0; --fresh) spawn();
}

// Makes a thread that is counted already.
void PoolState::spawn() {
    const auto worker = std::make_shared<PoolWorker>();
    {
        const Lock lock(mutex_);
        worker->place = workers_.insert(workers_.end(), worker);
    }
    if (make_pool_thread(shared_from_this(), worker, options_.stack_bytes)) return;
    // Those that are there go on; the next one who needs a thread tries again.
    log_.error("handler.thread_refused", {{"threads", stats().threads}});
    const Lock lock(mutex_);
    leave(*worker);
}

void PoolState::begin_waiting(PoolWorker& worker) {
    Lock lock(mutex_);
    if (worker.written_off) return;
    worker.waiting = true;
    ++waiting_;
    staff(lock);
}

void PoolState::end_waiting(PoolWorker& worker) {
    const Lock lock(mutex_);
    if (!worker.waiting) return;
    worker.waiting = false;
    --waiting_;
}

void PoolState::write_off(PoolWorker& worker) {
    if (worker.waiting) --waiting_;
    worker.waiting = false;
    worker.written_off = true;
    ++written_off_;
}

HandlerPool::Stats PoolState::stats() const {
    const Lock lock(mutex_);
    return {threads_, waiting_, written_off_, queue_.size()};
}

bool PoolState::drain(std::chrono::milliseconds deadline) {
    Lock lock(mutex_);
    draining_ = true;
    ++watchers_of_changes_;
    const bool ended = changed_.wait_for(lock, deadline, [this] { return all_ended(); });
    --watchers_of_changes_;
    return ended && written_off_ == 0;
}

void PoolState::stop() {
    std::deque<Waiting> dropped;  // destroyed unlocked, at the end
    Lock lock(mutex_);
    stopping_ = true;
    std::swap(dropped, queue_);
    for (auto* worker : parked_) worker->wake.notify_one();
    ++watchers_of_changes_;
    changed_.wait(lock, [this] { return threads_ == written_off_; });
    --watchers_of_changes_;
    dog_stopping_ = true;
    tick_.notify_one();
}

}  // namespace parley::plugins
