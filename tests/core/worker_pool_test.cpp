#include "core/worker_pool.hpp"

#include <atomic>
#include <catch2/catch.hpp>
#include <future>

namespace parley {
namespace {

TEST_CASE("a pool that ends runs what waits first") {
    std::atomic<int> ran{0};
    {
        WorkerPool pool(3);
        for (int i = 0; i < 1000; ++i) REQUIRE(pool.submit([&] { ++ran; }));
    }
    CHECK(ran == 1000);
}

TEST_CASE("a pool refuses what is beyond its bound") {
    std::promise<void> begun, go_on;
    auto gate = go_on.get_future().share();
    std::atomic<int> ran{0};
    {
        WorkerPool pool(1, 2);
        REQUIRE(pool.submit([&] {
            begun.set_value();
            gate.wait();
        }));
        begun.get_future().wait();  // it does not wait any more
        CHECK(pool.submit([&] { ++ran; }));
        CHECK(pool.submit([&] { ++ran; }));
        CHECK_FALSE(pool.submit([&] { ++ran; }));
        go_on.set_value();
    }
    CHECK(ran == 2);
}

TEST_CASE("several threads work at once") {
    std::promise<void> first, second;
    WorkerPool pool(2);
    REQUIRE(pool.submit([&] {
        first.set_value();
        second.get_future().wait();
    }));
    REQUIRE(pool.submit([&] {
        first.get_future().wait();
        second.set_value();
    }));
}

}  // namespace
}  // namespace parley
