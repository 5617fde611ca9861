// The watchdog of the handler pool: tells jobs that their time is over, writes their threads off, and adds threads when
// the queue stalls. One thread, which sleeps while there is nothing to watch.
#include <fcntl.h>
#include <sched.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <ctime>
#include <string_view>

#include "plugins/pool_state.hpp"

namespace parley::plugins {
namespace {

constexpr std::chrono::milliseconds calm_tick{10};
constexpr std::chrono::milliseconds linger{1000};   // before it falls asleep
constexpr std::chrono::milliseconds starving{100};  // a queue that stands so long gets a thread, busy or not
constexpr unsigned max_doublings = 5;
constexpr unsigned most_looked_at = 32;  // threads whose state is read in one look

std::int64_t process_cpu_ns() {
    timespec time{};
    ::clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time);
    return time.tv_sec * 1'000'000'000LL + time.tv_nsec;
}

unsigned usable_cores() {
    cpu_set_t set;
    if (::sched_getaffinity(0, sizeof set, &set) != 0) return 1;
    return std::max(1, CPU_COUNT(&set));
}

// Runs, or would if it had a processor. See proc(5): "pid (name) state ...".
bool is_runnable(int thread) {
    char path[64], text[256];
    std::snprintf(path, sizeof path, "/proc/self/task/%d/stat", thread);
    const int file = ::open(path, O_RDONLY | O_CLOEXEC);
    if (file < 0) return true;  // gone, or no /proc: nothing that says it blocks
    const auto size = ::read(file, text, sizeof text);
    ::close(file);
    const std::string_view line(text, size > 0 ? static_cast<std::size_t>(size) : 0);
    const auto name_end = line.rfind(')');
    return name_end == std::string_view::npos || line.substr(name_end).starts_with(") R");
}

}  // namespace

void PoolState::watch() {
    Lock lock(mutex_);
    while (!dog_stopping_) {
        const auto now = Clock::now();
        if (!all_ended()) last_busy_ = now;
        std::vector<std::shared_ptr<PoolWorker>> overdue;
        if (now >= next_overdue_) overdue = overdue_workers(now);
        const unsigned more = growth(now);
        target_ += more;
        staff(lock, std::max<unsigned>(more, static_cast<unsigned>(overdue.size())));
        for (const auto& worker : overdue) {
            if (worker->overdue) worker->overdue();
            worker->overdue = nullptr;
        }
        lock.lock();
        if (!dog_stopping_) wait_for_tick(lock);
    }
}

void PoolState::wait_for_tick(Lock& lock) {
    if (all_ended() && Clock::now() - last_busy_ > linger) {
        asleep_ = true;
        tick_.wait(lock, [this] { return !asleep_ || dog_stopping_; });
        last_busy_ = last_progress_ = last_look_ = Clock::now();
        return;
    }
    const auto pause = queue_.empty() ? calm_tick : std::clamp(options_.stall, std::chrono::milliseconds(1), calm_tick);
    tick_.wait_for(lock, pause, [this] { return dog_stopping_; });
}

std::vector<std::shared_ptr<PoolWorker>> PoolState::overdue_workers(Clock::time_point now) {
    const std::int64_t now_ns = std::chrono::nanoseconds(now.time_since_epoch()).count();
    std::vector<std::shared_ptr<PoolWorker>> overdue;
    next_overdue_ = now + shortest_limit_;  // what begins after this look
    for (const auto& worker : workers_) {
        std::int64_t deadline = worker->deadline.load(std::memory_order_acquire);
        if (deadline <= 0) continue;
        if (deadline > now_ns) {
            next_overdue_ = std::min(next_overdue_, Clock::time_point(std::chrono::nanoseconds(deadline)));
            continue;
        }
        if (!worker->deadline.compare_exchange_strong(deadline, PoolWorker::passed)) continue;
        write_off(*worker);
        overdue.push_back(worker);
    }
    if (!overdue.empty() && watchers_of_changes_ > 0) changed_.notify_all();
    return overdue;
}

// Fewer threads want a processor than there are: the others block where no BlockingSection says so.
bool PoolState::few_run() const {
    unsigned looked_at = 0, running = 0;
    // The latest ones first: among the oldest may be thousands that wait in a BlockingSection.
    for (auto worker = workers_.rbegin(); worker != workers_.rend() && looked_at < most_looked_at; ++worker) {
        const auto& one = **worker;
        if (one.waiting || one.written_off || one.parked) continue;
        ++looked_at;
        if (one.thread_id == 0 || is_runnable(one.thread_id)) ++running;
    }
    return running < usable_cores();
}

// How many threads to add because jobs wait. When the processor is what they wait for, more of them would only make it
// worse; when they block where no BlockingSection says so, twice as many each time.
unsigned PoolState::growth(Clock::time_point now) {
    const std::int64_t cpu = process_cpu_ns();
    const double wall = static_cast<double>(std::chrono::nanoseconds(now - last_look_).count());
    const bool processor_busy = static_cast<double>(cpu - last_cpu_ns_) > 0.8 * wall * usable_cores();
    last_cpu_ns_ = cpu;
    last_look_ = now;
    if (queue_.empty() || taken_ != last_taken_) {
        last_taken_ = taken_;
        last_progress_ = now;
    }
    if (queue_.empty() || now - queue_.front().since < options_.stall) {
        stalled_looks_ = 0;
        const unsigned floor = std::max(1u, options_.min_threads);
        if (queue_.empty() && target_ > floor) --target_;
        return 0;
    }
    const bool stands = now - last_progress_ >= (processor_busy ? starving : options_.stall);
    if (!stands && (processor_busy || !few_run())) {
        stalled_looks_ = 0;
        return 0;
    }
    // A moment in which threads pass each other the mutex looks like blocking: only the second look in a row counts.
    const unsigned look = stalled_looks_++;
    if (!stands && look == 0) return 0;
    const unsigned wanted = 1u << std::min(look, max_doublings);
    return std::min({wanted, static_cast<unsigned>(queue_.size()), options_.max_threads});
}

}  // namespace parley::plugins
