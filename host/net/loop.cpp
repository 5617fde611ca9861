#include "net/loop.hpp"

#include <algorithm>
#include <array>
#include <boost/asio/post.hpp>

#include "net/loop_impl.hpp"

namespace parley::net {

using namespace std::chrono_literals;
using std::chrono::steady_clock;

namespace {
constexpr auto probe_every = 100ms;
}

Loop::Impl::Impl(Loop& loop, Logger logger)
    : log(std::move(logger)), deadlines(loop), thread(std::this_thread::get_id()) {}

Loop::Impl::~Impl() {
    closing = true;  // what is destroyed now may post (a Responder answers 500): too late, dropped
    std::vector<UniqueFunction<void()>> rest;
    {
        std::lock_guard lock(mutex);
        rest.swap(posted);
    }
    rest.clear();
    timer_by_id.clear();
    timers.clear();
}

void Loop::Impl::post(UniqueFunction<void()> work) {
    if (closing) return;
    bool schedule = false;
    {
        std::lock_guard lock(mutex);
        posted.push_back(std::move(work));
        schedule = !std::exchange(drain_scheduled, true);
    }
    // One wake-up for all that is posted until the loop gets to it.
    if (schedule) boost::asio::post(io, [this] { drain_posted(); });
}

void Loop::Impl::drain_posted() {
    {
        std::lock_guard lock(mutex);
        draining.swap(posted);
        drain_scheduled = false;
    }
    for (auto& work : draining) {
        run_guarded(work);
        work = nullptr;
    }
    draining.clear();
}

void Loop::Impl::run_guarded(UniqueFunction<void()>& work) {
    try {
        work();
    } catch (const std::exception& error) {
        log.error("loop.exception", {{"what", error.what()}});
    } catch (...) {
        log.error("loop.exception", {{"what", "not a std::exception"}});
    }
}

Executor::TimerId Loop::Impl::after(std::chrono::milliseconds delay, UniqueFunction<void()> work) {
    auto id = ++last_timer;
    auto at = timers.emplace(steady_clock::now() + std::max(delay, 0ms), Timer{id, std::move(work)});
    timer_by_id.emplace(id, at);
    if (at == timers.begin()) arm_timer();
    return id;
}

void Loop::Impl::cancel(TimerId id) {
    auto found = timer_by_id.find(id);
    if (found == timer_by_id.end()) return;
    auto entry = timers.extract(found->second);
    timer_by_id.erase(found);
    // `entry` dies here, after the tables are in order: its destructor may call back.
}

void Loop::Impl::arm_timer() {
    auto first = timers.begin()->first;
    if (first >= armed_for) return;  // a timer cancelled meanwhile only makes it fire for nothing
    armed_for = first;
    timer.expires_at(first);
    timer.async_wait([this](boost::system::error_code error) {
        if (!error) run_due_timers();
    });
}

void Loop::Impl::run_due_timers() {
    armed_for = SteadyTime::max();
    auto now = steady_clock::now();
    while (!timers.empty() && timers.begin()->first <= now) {
        auto entry = timers.extract(timers.begin());
        timer_by_id.erase(entry.mapped().id);
        run_guarded(entry.mapped().work);
    }
    if (!timers.empty()) arm_timer();
}

void Loop::Impl::probe_lag() {
    auto now = steady_clock::now();
    auto late = now.time_since_epoch() - std::chrono::nanoseconds(probe_due.load());
    recent_lags[probes++ % recent_lags.size()] = std::chrono::duration<double, std::milli>(late).count();
    lag = *std::max_element(recent_lags.begin(), recent_lags.end());
    probe_due = std::chrono::nanoseconds((now + probe_every).time_since_epoch()).count();
    after(probe_every, [this] { probe_lag(); });
}

void Loop::Impl::wait_for_signal(boost::asio::signal_set& set, std::shared_ptr<std::function<void()>> handler) {
    set.async_wait([this, &set, handler](boost::system::error_code error, int) {
        if (error) return;
        UniqueFunction<void()> work = [&handler] { (*handler)(); };
        run_guarded(work);
        wait_for_signal(set, handler);
    });
}

Loop::Loop(Logger log) : impl_(std::make_unique<Impl>(*this, std::move(log))) {}
Loop::~Loop() = default;

void Loop::run() {
    auto& in = *impl_;
    in.thread = std::this_thread::get_id();
    if (in.probe_due == 0) {
        in.probe_due = std::chrono::nanoseconds(steady_clock::now().time_since_epoch()).count();
        in.probe_lag();
    }
    while (!in.io.stopped()) {
        try {
            in.io.run();
        } catch (const std::exception& error) {
            in.log.error("loop.exception", {{"what", error.what()}});
        }
    }
    in.io.restart();  // run() may be called again; a stop() before run() made it return at once
}

void Loop::stop() {
    impl_->io.stop();
}
void Loop::post(UniqueFunction<void()> work) {
    impl_->post(std::move(work));
}
Executor::TimerId Loop::after(std::chrono::milliseconds delay, UniqueFunction<void()> work) {
    return impl_->after(delay, std::move(work));
}
void Loop::cancel(TimerId id) {
    impl_->cancel(id);
}
bool Loop::on_loop_thread() const {
    return std::this_thread::get_id() == impl_->thread.load(std::memory_order_relaxed);
}

void Loop::on_signal(int signal, std::function<void()> handler) {
    auto& set = impl_->signals.emplace_back(impl_->io, signal);
    impl_->wait_for_signal(set, std::make_shared<std::function<void()>>(std::move(handler)));
}

double Loop::lag_ms() const {
    auto due = impl_->probe_due.load();
    if (due == 0) return 0;
    // A loop that is blocked right now cannot run its probe: count how late that one is already.
    auto late = steady_clock::now().time_since_epoch() - std::chrono::nanoseconds(due);
    return std::max({0.0, impl_->lag.load(), std::chrono::duration<double, std::milli>(late).count()});
}

}  // namespace parley::net
