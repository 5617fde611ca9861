#include "core/ids.hpp"

#include <catch2/catch.hpp>
#include <set>

namespace parley {
namespace {

TEST_CASE("ids ascend and never repeat, also faster than the clock ticks") {
    IdGenerator ids(5);
    MessageId last = 0;
    bool ascending = true;
    for (int i = 0; i < 50'000; ++i) {
        const MessageId id = ids.next();
        ascending = ascending && id > last;
        last = id;
    }
    CHECK(ascending);
}

TEST_CASE("ids ascend from what is there, also when the clock was set back") {
    const MessageId in_an_hour = IdGenerator::first_of(unix_now() + 3'600'000);
    IdGenerator ids(7, in_an_hour);
    const MessageId first = ids.next();
    CHECK(first > in_an_hour);
    CHECK(IdGenerator::time_of(first) == IdGenerator::time_of(in_an_hour));
    MessageId last = first;
    for (int i = 0; i < 10'000; ++i) {
        const MessageId id = ids.next();
        REQUIRE(id > last);
        last = id;
    }
    CHECK(IdGenerator::time_of(last) <= IdGenerator::time_of(in_an_hour) + 3);  // 4,096 a millisecond
}

TEST_CASE("ids of a smaller node ascend from those of a greater one") {
    IdGenerator before(1023);
    const MessageId last = before.next();
    IdGenerator after(0, last);
    CHECK(after.next() > last);
}

TEST_CASE("an id tells when it was made") {
    const UnixMillis before = unix_now();
    const MessageId id = IdGenerator().next();
    const UnixMillis after = unix_now();
    CHECK(IdGenerator::time_of(id) >= before);
    CHECK(IdGenerator::time_of(id) <= after);
    CHECK(IdGenerator::time_of(IdGenerator::first_of(1'737'799'200'123)) == 1'737'799'200'123);
    CHECK(IdGenerator::first_of(0) == 0);  // before the epoch of ids
    CHECK(IdGenerator::first_of(before) <= id);
}

TEST_CASE("a trace is 16 hex digits and is not repeated") {
    std::set<std::string> seen;
    for (int i = 0; i < 1000; ++i) {
        const std::string trace = make_trace();
        REQUIRE(trace.size() == 16);
        REQUIRE(trace.find_first_not_of("0123456789abcdef") == std::string::npos);
        REQUIRE(seen.insert(trace).second);
    }
}

TEST_CASE("a moment is written as ISO 8601 in UTC") {
    CHECK(to_iso8601(1'737'799'200'000) == "2025-01-25T10:00:00Z");
    CHECK(to_iso8601(0) == "1970-01-01T00:00:00Z");
}

}  // namespace
}  // namespace parley
