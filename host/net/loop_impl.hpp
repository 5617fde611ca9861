// The inside of net::Loop, for the files of this folder.
#pragma once

#include <atomic>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/signal_set.hpp>
#include <boost/asio/steady_timer.hpp>
#include <list>
#include <map>
#include <mutex>
#include <thread>
#include <unordered_map>
#include <vector>

#include "net/deadlines.hpp"
#include "net/loop.hpp"

namespace parley::net {

struct Loop::Impl {
    Impl(Loop& loop, Logger logger);
    ~Impl();

    void post(UniqueFunction<void()> work);
    void drain_posted();
    TimerId after(std::chrono::milliseconds delay, UniqueFunction<void()> work);
    void cancel(TimerId id);
    void arm_timer();
    void run_due_timers();
    void run_guarded(UniqueFunction<void()>& work);
    void probe_lag();
    void wait_for_signal(boost::asio::signal_set& signals, std::shared_ptr<std::function<void()>> handler);

    struct Timer {
        TimerId id;
        UniqueFunction<void()> work;
    };
    using Timers = std::multimap<SteadyTime, Timer>;

    Logger log;
    Deadlines deadlines;
    std::atomic<std::thread::id> thread;
    std::atomic<bool> closing{false};

    std::mutex mutex;
    std::vector<UniqueFunction<void()>> posted;  // guarded by mutex
    bool drain_scheduled = false;                // guarded by mutex
    std::vector<UniqueFunction<void()>> draining;

    Timers timers;
    std::unordered_map<TimerId, Timers::iterator> timer_by_id;
    TimerId last_timer = 0;
    SteadyTime armed_for = SteadyTime::max();

    std::atomic<double> lag{0};
    std::atomic<std::int64_t> probe_due{0};  // steady clock, ns; 0: not running
    std::array<double, 10> recent_lags{};
    std::size_t probes = 0;

    // Last, so that what still waits in it is destroyed while the above is there.
    boost::asio::io_context io{1};
    boost::asio::executor_work_guard<boost::asio::io_context::executor_type> keep_running{io.get_executor()};
    boost::asio::steady_timer timer{io};
    std::list<boost::asio::signal_set> signals;
};

}  // namespace parley::net
