// What the handler pool's threads share, and the rules by which threads are added. Part of handler_pool.hpp.
//
// Kept by shared_ptr: a written-off thread may come back when the pool is long gone.
#pragma once

#include <atomic>
#include <condition_variable>
#include <deque>
#include <list>
#include <memory>
#include <mutex>
#include <vector>

#include "plugins/handler_pool.hpp"

namespace parley::plugins {

struct PoolWorker;
using PoolWorkers = std::list<std::shared_ptr<PoolWorker>>;

// A thread of the pool.
struct PoolWorker {
    static constexpr std::int64_t no_deadline = 0;
    static constexpr std::int64_t passed = -1;

    // Steady-clock nanoseconds. Whoever changes it from the job's value owns `overdue`: the thread when the job ends
    // (to no_deadline), the watchdog when its time is over (to passed).
    std::atomic<std::int64_t> deadline{no_deadline};
    UniqueFunction<void()> overdue;

    unsigned sections = 0;  // BlockingSections it is in; its own thread only

    // Guarded by PoolState's mutex.
    PoolWorkers::iterator place;
    int thread_id = 0;  // the system's; 0: not begun yet
    std::condition_variable wake;
    bool woken = false;
    bool waiting = false;      // counted as waiting
    bool written_off = false;  // counted as written off
    bool parked = false;       // has nothing to do
};

class PoolState : public std::enable_shared_from_this<PoolState> {
public:
    PoolState(HandlerPoolOptions options, Logger log);

    void submit(std::vector<HandlerPool::Job> jobs);
    void begin_waiting(PoolWorker& worker);
    void end_waiting(PoolWorker& worker);
    HandlerPool::Stats stats() const;
    bool drain(std::chrono::milliseconds deadline);
    void stop();  // drops what is queued, waits for running jobs that are not written off

    void work(PoolWorker& worker);  // body of a pool thread
    void watch();                   // body of the watchdog
    void start_min_threads();

private:
    using Lock = std::unique_lock<std::mutex>;
    using Clock = std::chrono::steady_clock;

    // All under the mutex.
    unsigned active() const;  // threads that run a job, or are about to look for one
    bool all_ended() const { return queue_.empty() && active() + waiting_ == 0; }
    bool may_spawn() const;
    void write_off(PoolWorker& worker);
    bool leave_if_spare(PoolWorker& worker);

    // Gives the queue the threads it is due, then unlocks. New threads are made unlocked.
    void staff(Lock& lock, unsigned at_most = 1);
    void spawn();
    void run(PoolWorker& worker, HandlerPool::Job& job);
    void park(Lock& lock, PoolWorker& worker);
    void leave(PoolWorker& worker);
    std::vector<std::shared_ptr<PoolWorker>> overdue_workers(Clock::time_point now);
    unsigned growth(Clock::time_point now);
    bool few_run() const;
    void wait_for_tick(Lock& lock);

    struct Waiting {
        HandlerPool::Job job;
        Clock::time_point since;
    };

    const HandlerPoolOptions options_;
    const Logger log_;

    mutable std::mutex mutex_;
    std::deque<Waiting> queue_;
    PoolWorkers workers_;
    std::vector<PoolWorker*> parked_;  // the last one in is the first to be woken: the others may end
    unsigned threads_ = 0, waiting_ = 0, written_off_ = 0;
    unsigned target_;          // so many active threads; grows when the queue stalls
    std::uint64_t taken_ = 0;  // jobs, ever
    bool draining_ = false, stopping_ = false;
    std::condition_variable changed_;  // for drain() and stop()
    unsigned watchers_of_changes_ = 0;

    // The watchdog.
    std::condition_variable tick_;
    bool asleep_ = false, dog_stopping_ = false;
    Clock::time_point last_busy_, last_progress_, last_look_;
    // No job's time is over before; later ones cannot be over sooner than the shortest limit from now.
    Clock::time_point next_overdue_ = Clock::time_point::max();
    Clock::duration shortest_limit_ = std::chrono::hours(24);
    std::uint64_t last_taken_ = 0;
    std::int64_t last_cpu_ns_ = 0;
    unsigned stalled_looks_ = 0;
};

}  // namespace parley::plugins
