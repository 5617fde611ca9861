#include "outbound/token_bucket.hpp"

#include <catch2/catch.hpp>

namespace parley::outbound {
namespace {

using namespace std::chrono_literals;
const TokenBucket::Time start{std::chrono::hours(1)};

TEST_CASE("a rate of 0 is no limit") {
    TokenBucket bucket(0, 0, start);
    for (int i = 0; i < 10'000; ++i) REQUIRE(bucket.take(start));
    CHECK(bucket.wait(start) == 0ms);
}

TEST_CASE("a burst, then as fast as the rate") {
    TokenBucket bucket(10, 3, start);
    CHECK(bucket.take(start));
    CHECK(bucket.take(start));
    CHECK(bucket.take(start));
    CHECK_FALSE(bucket.take(start));
    CHECK(bucket.wait(start) > 99ms);
    CHECK(bucket.wait(start) <= 101ms);
    CHECK_FALSE(bucket.take(start + 99ms));
    CHECK(bucket.take(start + 101ms));
    CHECK_FALSE(bucket.take(start + 101ms));
}

TEST_CASE("not more than the burst is saved up") {
    TokenBucket bucket(10, 3, start);
    int taken = 0;
    while (bucket.take(start + 1h)) ++taken;
    CHECK(taken == 3);
}

TEST_CASE("after wait() there is a token") {
    TokenBucket bucket(3, 1, start);
    auto now = start;
    for (int i = 0; i < 100; ++i) {
        now += bucket.wait(now);
        REQUIRE(bucket.take(now));
    }
    CHECK(now - start >= 33s - 1ms);
    CHECK(now - start <= 33s + 200ms);
}

TEST_CASE("a rate below one a second works") {
    TokenBucket bucket(0.5, 0.5, start);
    CHECK(bucket.take(start));
    CHECK_FALSE(bucket.take(start + 1900ms));
    CHECK(bucket.take(start + 2001ms));
}

}  // namespace
}  // namespace parley::outbound
