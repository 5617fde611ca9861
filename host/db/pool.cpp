#include "db/pool.hpp"

#include <atomic>
#include <condition_variable>
#include <deque>
#include <mutex>
#include <optional>
#include <pqxx/pqxx>
#include <thread>
#include <vector>

#include "db/transaction_runner.hpp"

namespace parley::db {
namespace {

using namespace std::chrono_literals;
using Clock = std::chrono::steady_clock;

struct Job {
    Pool::Body body;
    Rerun rerun;
    Clock::time_point wait_until;
    UniqueFunction<void(Result<void>)> done;
};

// Where run() waits. On its stack: the job is always answered before run() returns.
class Answer {
public:
    void give(Result<void> result) {
        // Notified under the lock: the waiter may destroy this as soon as it is released.
        const std::lock_guard lock(mutex_);
        result_ = std::move(result);
        given_.notify_one();
    }
    Result<void> wait() {
        std::unique_lock lock(mutex_);
        given_.wait(lock, [this] { return result_.has_value(); });
        return std::move(*result_);
    }

private:
    std::mutex mutex_;
    std::condition_variable given_;
    std::optional<Result<void>> result_;
};

Error stopping_error() {
    return make_error(Errc::unavailable, "the host is stopping");
}
Error away_error() {
    return make_error(Errc::unavailable, "the database is away: try again later");
}

}  // namespace

struct Pool::Impl {
    Impl(DatabaseOptions o, Logger l) : options(std::move(o)), log(std::move(l)) {
        for (unsigned i = 0; i < std::max(1U, options.connections); ++i) threads.emplace_back([this] { work(); });
        housekeeper = std::thread([this] { keep_house(); });
    }

    ~Impl() {
        {
            const std::lock_guard lock(mutex);
            stopping = true;
        }
        job_waits.notify_all();
        stop_or_change.notify_all();
        for (auto& thread : threads) thread.join();
        housekeeper.join();
        for (auto& job : waiting) job.done(stopping_error());
    }

    void submit(Job job) {
        std::optional<Error> refusal;
        {
            const std::lock_guard lock(mutex);
            if (stopping)
                refusal = stopping_error();
            else if (away())
                refusal = away_error();
            else if (waiting.size() >= options.max_waiting)
                refusal = make_error(Errc::overloaded, "too much waits for the database: try again later");
            else {
                waiting.push_back(std::move(job));
                if (waiting.size() == 1)
                    stop_or_change.notify_all();  // the housekeeper may have had nothing to wait for
            }
        }
        if (refusal)
            job.done(std::move(*refusal));  // NOLINT(bugprone-use-after-move): moved only where there is no refusal
        else
            job_waits.notify_one();
    }

    // A thread with a connection.
    void work() {
        TransactionRunner::Surroundings surroundings{[this](auto time) { return pause(time); },
                                                     [this](bool is) { set_reachable(is); }};
        TransactionRunner runner(options, log, std::move(surroundings));
        while (auto job = take()) job->done(runner.run(job->body, job->rerun));
    }

    std::optional<Job> take() {
        std::unique_lock lock(mutex);
        job_waits.wait(lock, [this] { return stopping || !waiting.empty(); });
        if (stopping) return std::nullopt;
        Job job = std::move(waiting.front());
        waiting.pop_front();
        return job;
    }

    bool pause(std::chrono::milliseconds time) {
        std::unique_lock lock(mutex);
        return !stop_or_change.wait_for(lock, time, [this] { return stopping; });
    }

    // Away: unreachable for longer than a restart of the server takes. Under the mutex.
    bool away() const { return unreachable_since && Clock::now() - *unreachable_since > 1s; }

    void set_reachable(bool is) {
        if (is && healthy) return;  // the common case takes no lock
        std::lock_guard lock(mutex);
        if (is == healthy) return;
        healthy = is;
        if (is)
            unreachable_since.reset();
        else
            unreachable_since = Clock::now();
        stop_or_change.notify_all();
        if (is)
            log.info("db.reachable");
        else
            log.error("db.unreachable");
    }

    // Tells those who waited too long, and looks once a second whether a database that went away is back.
    void keep_house() {
        std::unique_lock lock(mutex);
        while (!stopping) {
            std::deque<Job> late = take_late();
            const bool probe_now = !healthy;
            const Error error =
                probe_now ? away_error() : make_error(Errc::timeout, "no database connection was free in time");
            lock.unlock();
            for (auto& job : late) job.done(error);
            if (probe_now) probe();
            lock.lock();
            if (stopping) break;
            if (!healthy)
                stop_or_change.wait_for(lock, 1s, [this] { return stopping || healthy; });
            else if (waiting.empty())
                stop_or_change.wait(lock);
            else
                stop_or_change.wait_until(lock, Clock::time_point(waiting.front().wait_until));
        }
    }

    // Under the mutex. All wait equally long, so the late ones stand in front.
    std::deque<Job> take_late() {
        std::deque<Job> late;
        const auto now = Clock::now();
        while (!waiting.empty() && (away() || waiting.front().wait_until <= now)) {
            late.push_back(std::move(waiting.front()));
            waiting.pop_front();
        }
        return late;
    }

    void probe() {
        try {
            connect(options, "parley probe");
            set_reachable(true);
        } catch (const std::exception& failure) {
            log.debug("db.probe_failed", {{"error", to_error(failure).message}});
        }
    }

    const DatabaseOptions options;
    const Logger log;
    mutable std::mutex mutex;
    std::condition_variable job_waits;
    std::condition_variable stop_or_change;  // stopping, health, the first job that waits
    std::deque<Job> waiting;
    bool stopping = false;
    std::atomic<bool> healthy{true};  // written under the mutex
    std::optional<Clock::time_point> unreachable_since;
    std::vector<std::thread> threads;
    std::thread housekeeper;
};

Pool::Pool(DatabaseOptions options, Logger log) : impl_(std::make_unique<Impl>(std::move(options), std::move(log))) {}
Pool::~Pool() = default;

void Pool::run(const Body& body, Rerun rerun) {
    Answer answer;
    // By reference: both outlive the job, which is answered before this returns.
    impl_->submit(Job{[&body](pqxx::work& transaction) { body(transaction); }, rerun,
                      Clock::now() + std::chrono::milliseconds(impl_->options.wait_timeout_ms),
                      [&answer](Result<void> result) { answer.give(std::move(result)); }});
    const Result<void> result = answer.wait();
    if (!result) throw ErrorException(result.error());
}

void Pool::run_async(Executor& executor, Body body, UniqueFunction<void(Result<void>)> done, Rerun rerun) {
    auto post = [&executor, done = std::move(done)](Result<void> result) mutable {
        executor.post([done = std::move(done), result = std::move(result)]() mutable { done(std::move(result)); });
    };
    impl_->submit(Job{std::move(body), rerun, Clock::now() + std::chrono::milliseconds(impl_->options.wait_timeout_ms),
                      std::move(post)});
}

bool Pool::healthy() const {
    return impl_->healthy;
}

std::size_t Pool::waiting() const {
    const std::lock_guard lock(impl_->mutex);
    return impl_->waiting.size();
}

}  // namespace parley::db
