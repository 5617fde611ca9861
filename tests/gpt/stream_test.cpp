// Streams cut anywhere, and tool calls as damaged as servers send them.
#include <catch2/catch.hpp>
#include <random>

#include <boost/json/parse.hpp>

#include "gpt/sse_parser.hpp"
#include "gpt/tool_calls.hpp"
#include "support/result_printer.hpp"

using namespace parley;
using namespace parley::gpt;

namespace {

using Events = std::vector<std::pair<std::string, std::string>>;

Events parse(const std::vector<std::string>& pieces, SseLimits limits = {}) {
    SseParser parser(limits);
    Events events;
    const auto take = [&](std::string_view type, std::string_view data) { events.emplace_back(type, data); };
    for (const auto& piece : pieces) REQUIRE(parser.feed(piece, take));
    REQUIRE(parser.finish(take));
    return events;
}

std::vector<ToolCall> assemble(const char* pieces, std::size_t damaged = 0) {
    ToolCallAssembler assembler;
    const auto list = boost::json::parse(pieces);
    for (const auto& piece : list.as_array()) assembler.add(piece);
    auto result = assembler.take();
    CHECK(result.damaged == damaged);
    return result.calls;
}

}  // namespace

TEST_CASE("events of a stream") {
    CHECK(parse({"data: a\n\ndata: b\n\n"}) == Events{{"message", "a"}, {"message", "b"}});
    CHECK(parse({"data:a\r\n\r\ndata:  b\r\r"}) == Events{{"message", "a"}, {"message", " b"}});
    CHECK(parse({"event: x\ndata: 1\ndata: 2\n\n"}) == Events{{"x", "1\n2"}});
    CHECK(parse({": ping\n\n:\n\ndata: a\n: more\nid: 7\nretry: 5\nunknown\n\n"}) == Events{{"message", "a"}});
    CHECK(parse({"event: x\n\ndata: a\n\n"}) == Events{{"message", "a"}});
    CHECK(parse({"\xEF\xBB\xBF"
                 "data: a\n\n"}) == Events{{"message", "a"}});
    CHECK(parse({"data\n\n"}) == Events{{"message", ""}});
    // A provider that forgets the empty line at the end means what it says.
    CHECK(parse({"data: a\n\ndata: b"}) == Events{{"message", "a"}, {"message", "b"}});
    CHECK(parse({}).empty());
}

TEST_CASE("however a stream is cut, its events are the same") {
    std::mt19937 random(7);
    const std::vector<std::string> lines{"data: {\"x\":\"grüße 👋 你好\"}",
                                         "data: [DONE]",
                                         ": ping",
                                         "event: y",
                                         "data:",
                                         "",
                                         "",
                                         "id: 3",
                                         "data: a",
                                         "",
                                         "retry: 1"};
    const std::vector<std::string> ends{"\n", "\r\n", "\r"};
    for (int round = 0; round < 2'000; ++round) {
        std::string stream;
        const auto& end = ends[random() % 3];
        for (auto count = random() % 20; count > 0; --count)
            stream += lines[random() % lines.size()] + (random() % 4 ? end : ends[random() % 3]);
        const auto whole = parse({stream});
        std::vector<std::string> pieces, bytes;
        for (std::size_t at = 0; at < stream.size();) {
            const auto size = 1 + random() % 9;
            pieces.push_back(stream.substr(at, size));
            at += size;
        }
        for (const char c : stream) bytes.emplace_back(1, c);
        REQUIRE(parse(pieces) == whole);
        REQUIRE(parse(bytes) == whole);
    }
}

TEST_CASE("a stream without end is cut off") {
    const auto ignore = [](std::string_view, std::string_view) {};
    SseParser long_line({.event = 100, .total = 10'000});
    CHECK_FALSE(long_line.feed("data: " + std::string(200, 'x'), ignore));
    SseParser many_lines({.event = 100, .total = 10'000});
    Result<void> fed;
    for (int i = 0; fed && i < 200; ++i) fed = many_lines.feed("data: xxxxxxxxx\n", ignore);
    CHECK(fed.error().code == Errc::too_large);
    SseParser comments({.event = 100, .total = 1'000});
    fed = {};
    int fed_lines = 0;
    for (; fed && fed_lines < 1'000; ++fed_lines) fed = comments.feed(": ping\n\n", ignore);
    CHECK(fed_lines == 126);
}

TEST_CASE("tool calls come whole, in pieces, and one beside the other") {
    const auto calls = assemble(R"([
        {"index":0,"id":"a","type":"function","function":{"name":"f","arguments":""}},
        {"index":0,"function":{"arguments":"{\"x\":"}},
        {"index":1,"id":"b","function":{"name":"g","arguments":"{}"}},
        {"index":0,"function":{"arguments":"1}"}}])");
    REQUIRE(calls.size() == 2);
    CHECK(calls[0].id == "a");
    CHECK(calls[0].arguments == R"({"x":1})");
    CHECK(calls[1].name == "g");
}

TEST_CASE("tool calls of servers that get it wrong") {
    SECTION("every call has index 0") {
        const auto calls = assemble(R"([{"index":0,"id":"a","function":{"name":"f","arguments":"{\"x\":1}"}},
                                        {"index":0,"id":"b","function":{"name":"f","arguments":"{\"x\":2}"}}])");
        REQUIRE(calls.size() == 2);
        CHECK(calls[1].arguments == R"({"x":2})");
    }
    SECTION("index 0 and no ids") {
        const auto calls = assemble(R"([{"index":0,"function":{"name":"f","arguments":"{\"x\":1}"}},
                                        {"index":0,"function":{"name":"f","arguments":"{\"x\":2}"}}])");
        REQUIRE(calls.size() == 2);
        CHECK(calls[0].id.starts_with("call_"));
        CHECK(calls[0].id != calls[1].id);
    }
    SECTION("no index") {
        const auto calls = assemble(R"([{"id":"a","function":{"name":"f","arguments":"{\"x\":"}},
                                        {"function":{"arguments":"1}"}},
                                        {"id":"b","function":{"name":"g","arguments":"{}"}}])");
        REQUIRE(calls.size() == 2);
        CHECK(calls[0].arguments == R"({"x":1})");
    }
    SECTION("the id with every piece") {
        const auto calls = assemble(R"([{"index":0,"id":"a","function":{"name":"f","arguments":"{\"x\""}},
                                        {"index":0,"id":"a","function":{"name":"f","arguments":":1}"}}])");
        REQUIRE(calls.size() == 1);
        CHECK(calls[0].arguments == R"({"x":1})");
    }
    SECTION("arguments as an object, an empty text, nothing, and an id that is a number") {
        const auto calls = assemble(R"([{"index":0,"id":7,"function":{"name":"f","arguments":{"x":1}}},
                                        {"index":1,"function":{"name":"g","arguments":""}},
                                        {"index":2,"function":{"name":"h"}}])");
        REQUIRE(calls.size() == 3);
        CHECK(calls[0].id == "7");
        CHECK(calls[0].arguments == R"({"x":1})");
        CHECK(calls[1].arguments == "{}");
        CHECK(calls[2].arguments == "{}");
    }
    SECTION("no name, or arguments that are no object") {
        CHECK(assemble(R"([{"index":0,"id":"a","function":{"arguments":"{}"}},
                           {"index":1,"id":"b","function":{"name":"f","arguments":"{\"x\":"}},
                           {"index":2,"id":"c","function":{"name":"f","arguments":"[1]"}},
                           {"index":3,"id":"d","function":"f"}, 5, null])",
                       4)
                  .empty());
    }
}
