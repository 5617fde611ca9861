#include "plugins/quarantine.hpp"

#include <catch2/catch.hpp>

using namespace parley::plugins;
using namespace std::chrono_literals;

TEST_CASE("failures in a row within the window trip") {
    FailureStreak streak(3, 60s);
    const FailureStreak::Time start{};
    CHECK_FALSE(streak.failed(start));
    CHECK_FALSE(streak.failed(start + 10s));
    CHECK(streak.failed(start + 60s));
    CHECK_FALSE(streak.failed(start + 61s));  // counts anew
}

TEST_CASE("a success in between starts the count again") {
    FailureStreak streak(2, 60s);
    const FailureStreak::Time start{};
    CHECK_FALSE(streak.failed(start));
    streak.succeeded();
    CHECK_FALSE(streak.failed(start + 1s));
    CHECK(streak.failed(start + 2s));
}

TEST_CASE("failures that return but come slowly never trip, the window slides") {
    FailureStreak streak(3, 60s);
    const FailureStreak::Time start{};
    for (int i = 0; i < 10; ++i) CHECK_FALSE(streak.failed(start + i * 31s));
    CHECK(streak.failed(start + 9 * 31s + 1s));
}

TEST_CASE("calls that hang trip however slowly they come, unless one succeeds in between") {
    FailureStreak streak(3, 60s);
    const FailureStreak::Time start{};
    CHECK_FALSE(streak.failed(start, true));
    CHECK_FALSE(streak.failed(start + 1h, true));
    streak.succeeded();
    CHECK_FALSE(streak.failed(start + 2h, true));
    CHECK_FALSE(streak.failed(start + 3h, true));
    CHECK_FALSE(streak.failed(start + 4h));  // fails, but returns
    CHECK(streak.failed(start + 5h, true));
    CHECK_FALSE(streak.failed(start + 6h, true));  // counts anew
}

TEST_CASE("a limit of none never trips") {
    FailureStreak streak(0, 60s);
    for (int i = 0; i < 100; ++i) CHECK_FALSE(streak.failed({}));
}
