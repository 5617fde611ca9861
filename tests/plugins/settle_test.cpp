#include "plugins/settle.hpp"

#include <catch2/catch.hpp>

using namespace parley::plugins;
using namespace std::chrono_literals;

namespace {

FileLook the_look;
FileLook scripted_look(const std::string&) {
    return the_look;
}

}  // namespace

TEST_CASE("a file is due when it was quiet for long enough") {
    the_look = {true, 1, 100, 1};
    Settle settle(150ms, &scripted_look);
    const Settle::Time start{};
    CHECK_FALSE(settle.next());
    settle.touched("a.so", start);
    CHECK(settle.next() == start + 150ms);
    CHECK(settle.due(start + 149ms).empty());

    SECTION("nothing happened meanwhile") {
        CHECK(settle.due(start + 150ms) == std::vector<std::string>{"a.so"});
        CHECK(settle.due(start + 1s).empty());
        CHECK_FALSE(settle.next());
    }
    SECTION("another event begins the wait anew") {
        settle.touched("a.so", start + 100ms);
        CHECK(settle.due(start + 150ms).empty());
        CHECK(settle.due(start + 250ms).size() == 1);
    }
    SECTION("a change without an event begins it anew too") {
        the_look.size = 200;
        CHECK(settle.due(start + 150ms).empty());
        CHECK(settle.next() == start + 300ms);
        CHECK(settle.due(start + 300ms).size() == 1);
    }
}
