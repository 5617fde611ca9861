// How often somebody may ask.
#include "api/rate_limits.hpp"

#include <catch2/catch.hpp>

namespace parley::api {
namespace {

using namespace std::chrono_literals;
const RateLimits::Time start{};

}  // namespace

TEST_CASE("a burst is allowed, then as much as comes back") {
    RateLimits limits(2, 4);
    for (int left = 3; left >= 0; --left) {
        const auto verdict = limits.take("a", start);
        CHECK(verdict.allowed);
        CHECK(verdict.remaining == left);
        CHECK(verdict.limit == 4);
    }
    const auto refused = limits.take("a", start);
    CHECK_FALSE(refused.allowed);
    CHECK(refused.wait_s == 1);
    CHECK(limits.take("b", start).allowed);
    CHECK(limits.take("a", start + 500ms).allowed);
    CHECK_FALSE(limits.take("a", start + 500ms).allowed);
}

TEST_CASE("no rate is no limit") {
    RateLimits none(0, 0);
    for (int i = 0; i < 100; ++i) CHECK(none.take("a", start).allowed);
}

TEST_CASE("many strangers share what is left, and who was quiet is forgotten") {
    RateLimits limits(1, 1);
    for (int i = 0; i < 10'000; ++i) CHECK(limits.take("k" + std::to_string(i), start).allowed);
    CHECK(limits.take("first too many", start).allowed);
    CHECK_FALSE(limits.take("second too many", start).allowed);
    CHECK(limits.take("later", start + 2s).allowed);
    CHECK(limits.take("later still", start + 2s).allowed);
}

}  // namespace parley::api
