#include "net/loop.hpp"

#include <atomic>
#include <catch2/catch.hpp>
#include <csignal>
#include <vector>

#include "net/fixtures.hpp"

using namespace parley;
using namespace parley::test;

TEST_CASE("posted work runs in order, on the loop's thread, whoever posts") {
    LoopThread thread;
    auto& loop = thread.loop;
    CHECK_FALSE(loop.on_loop_thread());
    std::vector<int> order;
    for (int i = 0; i < 1000; ++i) loop.post([&order, i] { order.push_back(i); });
    bool inside = false;
    thread.run([&] { inside = loop.on_loop_thread(); });
    CHECK(inside);
    REQUIRE(order.size() == 1000);
    CHECK(std::is_sorted(order.begin(), order.end()));

    std::atomic<int> count{0};
    std::vector<std::thread> posters;
    for (int t = 0; t < 4; ++t) {
        posters.emplace_back([&] {
            for (int i = 0; i < 5000; ++i) loop.post([&count] { ++count; });
        });
    }
    for (auto& poster : posters) poster.join();
    CHECK(eventually([&] { return count == 20'000; }));
}

TEST_CASE("an exception of posted work or of a timer does not end the loop") {
    LoopThread thread;
    thread.loop.post([] { throw std::runtime_error("posted"); });
    thread.loop.post([] { throw 7; });
    std::atomic<bool> reached{false};
    thread.run([&] {
        thread.loop.after(0ms, [] { throw std::runtime_error("timer"); });
        thread.loop.after(1ms, [&] { reached = true; });
    });
    CHECK(eventually([&] { return reached.load(); }));
}

TEST_CASE("timers fire in order, not early, and not when they were cancelled") {
    LoopThread thread;
    auto& loop = thread.loop;
    std::vector<int> fired;
    std::atomic<bool> last{false};
    auto started = std::chrono::steady_clock::now();
    SteadyTime first_at{};
    thread.run([&] {
        loop.after(40ms, [&] { fired.push_back(40); });
        auto doomed = loop.after(20ms, [&] { fired.push_back(20); });
        loop.after(10ms, [&, doomed] {
            first_at = std::chrono::steady_clock::now();
            fired.push_back(10);
            loop.cancel(doomed);
            loop.cancel(doomed);
            loop.cancel(0);
        });
        loop.after(60ms, [&] { last = true; });
    });
    REQUIRE(eventually([&] { return last.load(); }));
    thread.run([&] { CHECK(fired == std::vector<int>{10, 40}); });
    CHECK(first_at - started >= 10ms);
}

TEST_CASE("a timer may set and cancel timers, its own as well") {
    LoopThread thread;
    std::atomic<int> ticks{0};
    std::function<void()> tick = [&] {
        if (++ticks < 5) thread.loop.after(1ms, [&] { tick(); });
    };
    thread.run([&] { thread.loop.after(1ms, [&] { tick(); }); });
    CHECK(eventually([&] { return ticks == 5; }));
}

TEST_CASE("signals reach their handler each time") {
    LoopThread thread;
    std::atomic<int> seen{0};
    thread.run([&] { thread.loop.on_signal(SIGUSR1, [&] { ++seen; }); });
    for (int i = 1; i <= 2; ++i) {
        ::kill(::getpid(), SIGUSR1);
        CHECK(eventually([&] { return seen == i; }));
    }
}

TEST_CASE("the lag shows that something blocked") {
    LoopThread thread;
    CHECK(eventually([&] { return thread.loop.lag_ms() < 50; }));
    thread.loop.post([] { std::this_thread::sleep_for(300ms); });
    CHECK(eventually([&] { return thread.loop.lag_ms() > 100; }));
    CHECK(eventually([&] { return thread.loop.lag_ms() < 50; }));
}

TEST_CASE("stop() before run() and from inside, and run() again") {
    net::Loop loop{Logger()};
    loop.stop();
    loop.run();
    int runs = 0;
    for (int i = 0; i < 2; ++i) {
        loop.post([&] {
            ++runs;
            loop.stop();
        });
        loop.run();
    }
    CHECK(runs == 2);
}

TEST_CASE("work that is never run is destroyed with the loop") {
    auto token = std::make_shared<int>(0);
    {
        net::Loop loop{Logger()};
        loop.post([token] {});
        loop.after(1h, [token, &loop] { loop.post([] {}); });
        CHECK(token.use_count() == 3);
    }
    CHECK(token.use_count() == 1);
}
