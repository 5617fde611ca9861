#include "plugins/handler_pool.hpp"

#include <condition_variable>

#include "plugins/support.hpp"

using namespace parley;
using namespace parley::plugins;
using namespace parley::plugins::test;

namespace {

HandlerPool::Job job(UniqueFunction<void()> run) {
    return {std::move(run), {}, {}};
}

// Many threads wait here until the test opens it.
class Door {
public:
    void pass() {
        std::unique_lock lock(mutex_);
        ++inside_;
        changed_.wait(lock, [this] { return open_; });
        --inside_;
    }
    void open() {
        const std::lock_guard lock(mutex_);
        open_ = true;
        changed_.notify_all();
    }
    unsigned inside() const {
        const std::lock_guard lock(mutex_);
        return inside_;
    }

private:
    mutable std::mutex mutex_;
    std::condition_variable changed_;
    bool open_ = false;
    unsigned inside_ = 0;
};

}  // namespace

TEST_CASE("jobs start in order") {
    HandlerPoolOptions options;
    options.min_threads = 1;
    options.stall = 10s;
    std::vector<int> order;
    HandlerPool pool(options, Logger());
    for (int i = 0; i < 1000; ++i) pool.submit(job([&order, i] { order.push_back(i); }));
    REQUIRE(pool.drain(10s));
    REQUIRE(order.size() == 1000);
    CHECK(std::is_sorted(order.begin(), order.end()));
}

TEST_CASE("handlers that wait in a BlockingSection are replaced at once") {
    Door door;
    HandlerPoolOptions options;
    options.stall = 10s;  // not by the watchdog, then
    options.idle = 20ms;
    HandlerPool pool(options, Logger());
    for (int i = 0; i < 50; ++i)
        pool.submit(job([&door] {
            const HandlerPool::BlockingSection outer;
            const HandlerPool::BlockingSection nested;
            door.pass();
        }));
    REQUIRE(eventually([&] { return door.inside() == 50; }));
    CHECK(pool.stats().waiting == 50);
    CHECK(pool.stats().threads >= 51);
    std::atomic<bool> ran{false};
    pool.submit(job([&ran] { ran = true; }));
    CHECK(eventually([&] { return ran.load(); }));

    door.open();
    CHECK(eventually([&] { return pool.stats().waiting == 0; }));
    CHECK(eventually([&] { return pool.stats().threads == options.min_threads; }));  // idle ones went away
}

TEST_CASE("handlers that block unannounced are found out by the queue that stands still") {
    Door door;
    HandlerPool pool({}, Logger());
    for (int i = 0; i < 40; ++i) pool.submit(job([&door] { door.pass(); }));
    CHECK(eventually([&] { return door.inside() == 40; }));
    CHECK(pool.stats().waiting == 0);
    door.open();
    CHECK(pool.drain(10s));
}

TEST_CASE("handlers that block unannounced for a moment each get company, though the queue moves") {
    std::atomic<unsigned> ran{0}, inside{0}, most{0};
    HandlerPool pool({}, Logger());
    for (int i = 0; i < 1000; ++i)
        pool.submit(job([&] {
            const unsigned now = ++inside;
            for (unsigned seen = most; now > seen && !most.compare_exchange_weak(seen, now);) {
            }
            std::this_thread::sleep_for(8ms);  // the handler's own I/O
            --inside;
            ++ran;
        }));
    REQUIRE(pool.drain(20s));
    CHECK(ran == 1000);
    CHECK(most >= 16);
}

TEST_CASE("jobs with limits of their own are each told in time") {
    Door door;
    std::atomic<int> quick{0}, slow{0};
    HandlerPool pool({}, Logger());
    pool.submit({[&door] { door.pass(); }, 10s, [&slow] { ++slow; }});
    REQUIRE(eventually([&] { return door.inside() == 1; }));
    pool.submit({[&door] { door.pass(); }, 30ms, [&quick] { ++quick; }});
    REQUIRE(eventually([&] { return quick == 1; }, 5s));
    pool.submit({[&door] { door.pass(); }, 60ms, [&quick] { ++quick; }});
    REQUIRE(eventually([&] { return quick == 2; }, 5s));
    CHECK(slow == 0);
    door.open();
    CHECK(eventually([&] { return pool.stats().written_off == 0; }));
}

TEST_CASE("never more threads than the limit") {
    Door door;
    HandlerPoolOptions options;
    options.max_threads = 5;
    HandlerPool pool(options, Logger());
    for (int i = 0; i < 20; ++i)
        pool.submit(job([&door] {
            const HandlerPool::BlockingSection section;
            door.pass();
        }));
    REQUIRE(eventually([&] { return door.inside() == 5; }));
    std::this_thread::sleep_for(50ms);  // ten times the stall: time enough to do wrong
    CHECK(pool.stats().threads == 5);
    CHECK(pool.stats().queued == 15);
    door.open();
    CHECK(pool.drain(10s));
}

TEST_CASE("a job past its limit is told once, its thread written off and replaced") {
    Door door;
    std::atomic<int> overdue{0};
    std::atomic<bool> returned{false};
    HandlerPoolOptions options;
    options.min_threads = 1;
    options.max_threads = 3;
    HandlerPool pool(options, Logger());
    const bool announced = GENERATE(false, true);
    pool.submit({[&] {
                     std::optional<HandlerPool::BlockingSection> section;
                     if (announced) section.emplace();
                     door.pass();
                     section.reset();
                     returned = true;
                 },
                 30ms, [&overdue] { ++overdue; }});
    REQUIRE(eventually([&] { return overdue == 1; }));
    CHECK(pool.stats().written_off == 1);
    CHECK(pool.stats().waiting == 0);
    CHECK_FALSE(returned);

    std::atomic<bool> ran{false};
    pool.submit(job([&ran] { ran = true; }));
    CHECK(eventually([&] { return ran.load(); }));
    CHECK_FALSE(pool.drain(1s));  // somebody is still in there

    door.open();
    CHECK(eventually([&] { return pool.stats().written_off == 0; }));
    CHECK(returned);
    CHECK(overdue == 1);
    CHECK(pool.drain(1s));
}

TEST_CASE("a job that ends in time is never told anything") {
    std::atomic<int> overdue{0}, ran{0};
    HandlerPool pool({}, Logger());
    for (int i = 0; i < 2000; ++i) pool.submit({[&ran] { ++ran; }, 20s, [&overdue] { ++overdue; }});
    REQUIRE(pool.drain(10s));
    CHECK(ran == 2000);
    CHECK(overdue == 0);
}

TEST_CASE("jobs that end just at their limit are told at most once, and nothing breaks") {
    std::atomic<int> told{0}, ran{0};
    HandlerPool pool({}, Logger());
    for (int i = 0; i < 200; ++i)
        pool.submit({[&ran] {
                         std::this_thread::sleep_for(10ms);
                         ++ran;
                     },
                     10ms, [&told] { ++told; }});
    REQUIRE(eventually([&] { return ran == 200; }));
    CHECK(told <= 200);
    CHECK(eventually([&] { return pool.stats().written_off == 0; }));
}

TEST_CASE("drain waits for running jobs, up to its deadline") {
    Door door;
    HandlerPool pool({}, Logger());
    pool.submit(job([&door] { door.pass(); }));
    REQUIRE(eventually([&] { return door.inside() == 1; }));
    CHECK_FALSE(pool.drain(20ms));
    door.open();
    CHECK(pool.drain(10s));
}

TEST_CASE("a pool ends without a thread that was written off, which may come back later") {
    auto door = std::make_shared<Door>();
    auto returned = std::make_shared<std::atomic<bool>>(false);
    {
        HandlerPool pool({}, Logger());
        pool.submit({[door, returned] {
                         const HandlerPool::BlockingSection section;
                         door->pass();
                         *returned = true;
                     },
                     20ms, [] {}});
        REQUIRE(eventually([&] { return pool.stats().written_off == 1; }));
    }
    door->open();
    CHECK(eventually([&] { return returned->load(); }));
    CHECK(eventually([&] { return door.use_count() == 1; }));
}

TEST_CASE("an exception that leaves a job ends the job and nothing else") {
    HandlerPool pool({}, Logger());
    pool.submit(job([] { throw std::runtime_error("against the rules"); }));
    std::atomic<bool> ran{false};
    pool.submit(job([&ran] { ran = true; }));
    CHECK(eventually([&] { return ran.load(); }));
}

TEST_CASE("processor-bound handlers do not make threads breed") {
    std::atomic<bool> stop{false};
    HandlerPool pool({}, Logger());
    const unsigned cores = std::max(1u, std::thread::hardware_concurrency());
    if (cores > 2 || sanitized) return;  // the pool's two threads have to fill the machine
    for (int i = 0; i < 30; ++i)
        pool.submit(job([&stop] {
            const auto until = std::chrono::steady_clock::now() + 30ms;
            while (!stop && std::chrono::steady_clock::now() < until) {
            }
        }));
    REQUIRE(pool.drain(20s));
    CHECK(pool.stats().threads < 20);
}

TEST_CASE("ten thousand handlers wait at once") {
    if (sanitized) return;  // their threads are too dear under a sanitizer
    constexpr unsigned count = 10'000;
    Door door;
    HandlerPoolOptions options;
    options.max_threads = count + 10;
    options.idle = 1s;
    HandlerPool pool(options, Logger());
    for (unsigned i = 0; i < count; ++i)
        pool.submit(job([&door] {
            const HandlerPool::BlockingSection section;
            door.pass();
        }));
    REQUIRE(eventually([&] { return door.inside() == count; }, 60s));
    CHECK(pool.stats().waiting == count);
    door.open();
    CHECK(pool.drain(60s));
}

TEST_CASE("the cost of a job at saturation", "[.bench]") {
    constexpr int count = 1'000'000;
    std::atomic<int> ran{0};
    HandlerPool pool({}, Logger());
    const auto begin = std::chrono::steady_clock::now();
    for (int i = 0; i < count; ++i) pool.submit({[&ran] { ran.fetch_add(1, std::memory_order_relaxed); }, 30s, [] {}});
    REQUIRE(pool.drain(60s));
    const std::chrono::duration<double, std::micro> took = std::chrono::steady_clock::now() - begin;
    WARN("microseconds a job: " << took.count() / count);
    CHECK(ran == count);
}
