#include "guards/rate_limit.hpp"

#include <catch2/catch.hpp>

namespace parley::guards {
namespace {

using Verdict = RateLimit::Verdict;
using std::chrono::seconds;

constexpr UnixMillis start = 1'795'255'200'000;

MessageId at(UnixMillis ms, int number = 0) {
    return IdGenerator::first_of(start + ms) + number;
}

TEST_CASE("so many in a window, then one word, then silence, then again") {
    RateLimit limit(start);
    CHECK(limit.look("ada", at(0), 2, seconds(10)) == Verdict::in);
    CHECK(limit.look("ada", at(1'000), 2, seconds(10)) == Verdict::in);
    CHECK(limit.look("ada", at(2'000), 2, seconds(10)) == Verdict::told);
    CHECK(limit.look("ada", at(3'000), 2, seconds(10)) == Verdict::silent);
    CHECK(limit.look("bob", at(3'000), 2, seconds(10)) == Verdict::in);
    CHECK(limit.look("ada", at(10'000), 2, seconds(10)) == Verdict::in);  // the first one has left the window
    CHECK(limit.look("ada", at(10'500), 2, seconds(10)) == Verdict::silent);
    CHECK(limit.look("ada", at(30'000), 2, seconds(10)) == Verdict::in);
    CHECK(limit.look("ada", at(30'001), 2, seconds(10)) == Verdict::in);
    CHECK(limit.look("ada", at(30'002), 2, seconds(10)) == Verdict::told);
}

TEST_CASE("zero is no limit") {
    RateLimit limit(start);
    for (int i = 0; i < 1'000; ++i) REQUIRE(limit.look("ada", at(i), 0, seconds(10)) == Verdict::in);
}

TEST_CASE("a handling that runs again gets the verdict that it had") {
    RateLimit limit(start);
    CHECK(limit.look("ada", at(0), 1, seconds(10)) == Verdict::in);
    CHECK(limit.look("ada", at(1), 1, seconds(10)) == Verdict::told);
    CHECK(limit.look("ada", at(0), 1, seconds(10)) == Verdict::in);
    CHECK(limit.look("ada", at(1), 1, seconds(10)) == Verdict::told);
}

TEST_CASE("what an earlier process received is let in, and counts") {
    RateLimit limit(start);
    for (int i = 1; i <= 5; ++i) CHECK(limit.look("ada", at(-i), 2, seconds(10)) == Verdict::in);
    CHECK(limit.look("ada", at(0), 2, seconds(10)) == Verdict::told);
}

TEST_CASE("people of long ago make room, and it never grows without bound") {
    RateLimit limit(start, 10);
    for (int i = 0; i < 10; ++i) limit.look("old" + std::to_string(i), at(i), 1, seconds(1));
    CHECK(limit.look("ada", at(5'000), 1, seconds(1)) == Verdict::in);
    CHECK(limit.look("ada", at(5'001), 1, seconds(1)) == Verdict::told);
    for (int i = 0; i < 100; ++i) limit.look("new" + std::to_string(i), at(5'100), 1, seconds(1));
    CHECK(limit.look("ada", at(5'200), 1, seconds(1)) == Verdict::in);  // forgotten: better one too many
}

}  // namespace
}  // namespace parley::guards
