#include "plugins/pool_worker.hpp"

#include <pthread.h>
#include <unistd.h>

#include <climits>
#include <exception>

#include "plugins/crash_journal.hpp"

namespace parley::plugins {
namespace {

thread_local PoolThread* current = nullptr;

struct Start {
    std::shared_ptr<PoolState> state;
    std::shared_ptr<PoolWorker> worker;
};

void* thread_main(void* argument) {
    const std::unique_ptr<Start> start(static_cast<Start*>(argument));
    const AlternateStack stack;
    PoolThread self{start->state.get(), start->worker.get()};
    current = &self;
    start->state->work(*start->worker);
    current = nullptr;
    return nullptr;
}

}  // namespace

PoolThread* current_pool_thread() {
    return current;
}

bool make_pool_thread(std::shared_ptr<PoolState> state, std::shared_ptr<PoolWorker> worker, std::size_t stack_bytes) {
    auto start = std::make_unique<Start>(Start{std::move(state), std::move(worker)});
    pthread_attr_t attributes;
    ::pthread_attr_init(&attributes);
    ::pthread_attr_setdetachstate(&attributes, PTHREAD_CREATE_DETACHED);
    ::pthread_attr_setstacksize(&attributes,
                                std::max<std::size_t>(stack_bytes, PTHREAD_STACK_MIN + sizeof(AlternateStack)));
    pthread_t thread;
    const int error = ::pthread_create(&thread, &attributes, &thread_main, start.get());
    ::pthread_attr_destroy(&attributes);
    if (error == 0) static_cast<void>(start.release());  // the thread's now
    return error == 0;
}

void PoolState::work(PoolWorker& worker) {
    Lock lock(mutex_);
    worker.thread_id = ::gettid();
    while (!stopping_ && !worker.written_off) {
        if (!queue_.empty() && active() <= target_) {
            auto job = std::move(queue_.front().job);
            queue_.pop_front();
            ++taken_;
            lock.unlock();
            run(worker, job);
            lock.lock();
        } else {
            park(lock, worker);
            if (leave_if_spare(worker)) break;
        }
    }
    leave(worker);
}

void PoolState::run(PoolWorker& worker, HandlerPool::Job& job) {
    std::int64_t deadline = PoolWorker::no_deadline;
    if (job.limit.count() > 0) {
        deadline = std::chrono::nanoseconds((Clock::now() + job.limit).time_since_epoch()).count();
        worker.overdue = std::move(job.overdue);
        worker.deadline.store(deadline, std::memory_order_release);
    }
    try {
        job.run();
    } catch (const std::exception& e) {
        log_.error("handler.job_threw", {{"error", e.what()}});
    } catch (...) {
        log_.error("handler.job_threw", {{"error", "not a std::exception"}});
    }
    job.run = nullptr;  // what it holds goes on this thread, and before the job counts as ended
    if (deadline == PoolWorker::no_deadline) return;
    if (worker.deadline.compare_exchange_strong(deadline, PoolWorker::no_deadline)) worker.overdue = nullptr;
}

void PoolState::park(Lock& lock, PoolWorker& worker) {
    worker.woken = false;
    worker.parked = true;
    parked_.push_back(&worker);
    if (watchers_of_changes_ > 0) changed_.notify_all();
    worker.wake.wait_for(lock, options_.idle, [&] { return worker.woken || stopping_; });
    if (!worker.woken) std::erase(parked_, &worker);
    worker.parked = false;
}

// Slept its whole time and nobody needed it.
bool PoolState::leave_if_spare(PoolWorker& worker) {
    return !worker.woken && !stopping_ && threads_ - written_off_ - waiting_ > options_.min_threads;
}

void PoolState::leave(PoolWorker& worker) {
    --threads_;
    if (worker.written_off) --written_off_;
    workers_.erase(worker.place);  // the thread holds on to it
    if (watchers_of_changes_ > 0) changed_.notify_all();
}

}  // namespace parley::plugins
