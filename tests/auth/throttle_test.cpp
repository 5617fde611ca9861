#include "auth/throttle.hpp"

#include <catch2/catch.hpp>

namespace parley::auth {
namespace {

using std::chrono::seconds;

}  // namespace

TEST_CASE("ten thousand guesses in ten minutes are few tries") {
    Throttle throttle{Throttle::Rules{}};
    SteadyTime now{};
    int tried = 0;
    for (int guess = 0; guess < 10'000; ++guess, now += std::chrono::milliseconds(60)) {
        if (throttle.wait("ada", now) > seconds(0)) continue;
        throttle.count("ada", now);
        ++tried;
    }
    CHECK(tried >= 5);
    CHECK(tried <= 30);
    CHECK(throttle.wait("grace", now) == seconds(0));
}

TEST_CASE("waits double up to a limit and are over after a while") {
    Throttle throttle{Throttle::Rules{}};
    SteadyTime now{};
    for (int i = 0; i < 4; ++i) throttle.count("ada", now);
    CHECK(throttle.wait("ada", now) == seconds(0));
    for (const int expected : {1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 900, 900}) {
        throttle.count("ada", now);
        CHECK(throttle.wait("ada", now) == seconds(expected));
    }
    now += std::chrono::hours(2);
    CHECK(throttle.wait("ada", now) == seconds(0));
    throttle.count("ada", now);
    CHECK(throttle.wait("ada", now) == seconds(0));
}

TEST_CASE("a try that was right is taken back") {
    Throttle throttle{Throttle::Rules{}};
    const SteadyTime now{};
    for (int i = 0; i < 5; ++i) throttle.count("address", now);
    CHECK(throttle.wait("address", now) == seconds(1));
    throttle.forgive("address");
    CHECK(throttle.wait("address", now) == seconds(0));
    throttle.clear("address");
    CHECK(throttle.keys() == 0);
}

TEST_CASE("an address that many people share is trusted again after some quiet") {
    Throttle::Rules rules;
    rules.free = 10;
    rules.forgive = seconds(10);
    Throttle throttle{rules};
    SteadyTime now{};
    // One wrong password every ten seconds, for a day.
    for (int i = 0; i < 8640; ++i, now += seconds(10)) {
        CHECK(throttle.wait("address", now) == seconds(0));
        throttle.count("address", now);
    }
    for (int i = 0; i < 10; ++i) throttle.count("address", now);
    CHECK(throttle.wait("address", now) > seconds(0));
    now += seconds(100);
    throttle.count("address", now);
    CHECK(throttle.wait("address", now) == seconds(0));
}

TEST_CASE("who guesses with many names does not fill the memory") {
    Throttle::Rules rules;
    rules.most_keys = 100;
    Throttle throttle{rules};
    SteadyTime now{};
    for (int i = 0; i < 1000; ++i, now += seconds(1)) throttle.count("name" + std::to_string(i), now);
    CHECK(throttle.keys() <= 100);
    CHECK(throttle.keys() >= 80);
}

}  // namespace parley::auth
