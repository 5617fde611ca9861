#include "plugins/retries.hpp"

#include <catch2/catch.hpp>

using namespace parley::plugins;
using namespace std::chrono_literals;

TEST_CASE("each retry waits twice as long as the one before it, up to a limit") {
    Retries retries(500ms);
    Retries::Time now{};
    CHECK_FALSE(retries.next());
    for (const auto wait : {500ms, 1000ms, 2000ms, 4000ms, 8000ms, 8000ms}) {
        retries.failed("a.so", now);
        CHECK(retries.next() == now + wait);
        CHECK(retries.due(now + wait - 1ms).empty());
        now += wait;
        CHECK(retries.due(now) == std::vector<std::string>{"a.so"});
    }
    retries.forget("a.so");
    CHECK_FALSE(retries.next());
    retries.failed("a.so", now);
    CHECK(retries.next() == now + 500ms);
}

TEST_CASE("the first of several retries is the next") {
    Retries retries(500ms);
    const Retries::Time now{};
    retries.failed("b.so", now + 100ms);
    retries.failed("a.so", now);
    CHECK(retries.next() == now + 500ms);
    CHECK(retries.due(now + 1s).size() == 2);
    retries.clear();
    CHECK(retries.due(now + 1s).empty());
}
