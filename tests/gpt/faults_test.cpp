// Everything that goes wrong between here and a model: no question hangs, no answer is empty, and what was used up is
// charged.
#include "gpt/mock_model.hpp"

using namespace parley;
using namespace parley::gpt;
using namespace parley::test;
using namespace std::chrono_literals;

namespace {

struct Case {
    const char* name;
    std::deque<MockModel::Talk> talks;
    std::string text;           // of the answer; empty: there is none
    Fault fault = Fault::away;  // of the failure
    std::size_t asked = 1;      // how often the model was asked
    bool truncated = false;
    std::pair<std::int64_t, std::int64_t> charge{11, 7};  // of tokens; -1: some, by estimate
};

MockModel::Talk talk(std::function<void(Wire&)> body) {
    return [body = std::move(body)](const Asked&, Wire& wire) { body(wire); };
}

MockModel::Talk events(std::initializer_list<std::string> list) {
    return [list = std::vector<std::string>(list)](const Asked&, Wire& wire) {
        wire.begin();
        for (const auto& one : list) wire.event(one);
        wire.end();
    };
}

const std::pair<std::int64_t, std::int64_t> nothing{0, 0}, estimated{-1, -1};

const std::int64_t estimate_of_hi = TokenScale().estimate(question());

std::vector<Case> answers_that_come_all_the_same() {
    std::vector<Case> cases;
    cases.push_back({"rate limit, then an answer",
                     {refuses(429, R"({"error":{"message":"slow","code":"rate_limit_exceeded"}})"), says("yes")},
                     "yes",
                     {},
                     2});
    cases.push_back(
        {"rate limit with a wish in seconds", {refuses(429, "{}", "Retry-After: 0\r\n"), says("yes")}, "yes", {}, 2});
    cases.push_back({"rate limit with a wish in milliseconds",
                     {refuses(429, "{}", "retry-after-ms: 5\r\n"), says("yes")},
                     "yes",
                     {},
                     2});
    cases.push_back({"rate limit with a date that is over",
                     {refuses(429, "{}", "Retry-After: Thu, 24 Aug 2023 05:01:55 GMT\r\n"), says("yes")},
                     "yes",
                     {},
                     2});
    cases.push_back({"rate limit with a wish that is none",
                     {refuses(429, "{}", "Retry-After: soon\r\n"), says("yes")},
                     "yes",
                     {},
                     2});
    cases.push_back({"rate limit with fields as only proxies write them",
                     {refuses(429, "{}",
                              "Retry-After: -1\r\nx-ratelimit-remaining-tokens: -1\r\nx-ratelimit-reset-requests: "
                              "6m0s\r\nx-ratelimit-limit-requests: \r\n"),
                      says("yes")},
                     "yes",
                     {},
                     2});
    cases.push_back(
        {"an error with 200 in one piece",
         {refuses(200, R"({"object":"error","message":"engine died","type":"InternalServerError","code":500})"),
          says("yes")},
         "yes",
         {},
         2});
    cases.push_back(
        {"500 and a page",
         {talk([](Wire& wire) { wire.answer(502, "<html><title>Bad Gateway</title></html>", "text/html"); }),
          says("yes")},
         "yes",
         {},
         2});
    cases.push_back({"409, 408", {refuses(409, ""), refuses(408, ""), says("yes")}, "yes", {}, 3});
    cases.push_back({"503 while it loads",
                     {refuses(503, R"({"error":{"code":503,"message":"Loading model"}})"), says("yes")},
                     "yes",
                     {},
                     2});
    cases.push_back(
        {"a page with 200",
         {talk([](Wire& wire) { wire.answer(200, "<html><title>Sign in</title></html>", "text/html"); }), says("yes")},
         "yes",
         {},
         2});
    cases.push_back(
        {"the connection ends before an answer", {talk([](Wire& wire) { wire.cut(); }), says("yes")}, "yes", {}, 2});
    cases.push_back({"the connection is reset", {talk([](Wire& wire) { wire.reset(); }), says("yes")}, "yes", {}, 2});
    cases.push_back({"the stream breaks before a word",
                     {talk([](Wire& wire) {
                          wire.begin();
                          wire.event(delta(""));
                          wire.cut();
                      }),
                      says("yes")},
                     "yes",
                     {},
                     2});
    cases.push_back({"an error inside the stream, before a word",
                     {events({R"({"error":{"message":"overloaded","type":"server_error","code":null}})"}), says("yes")},
                     "yes",
                     {},
                     2});
    cases.push_back({"an error event with an integer code",
                     {events({R"({"error":{"message":"x","code":500}})"}), says("yes")},
                     "yes",
                     {},
                     2});
    cases.push_back({"an empty answer, then one", {events({finish(), "[DONE]"}), says("yes")}, "yes", {}, 2});
    cases.push_back({"only white space, then an answer",
                     {events({delta(" \n"), finish(), usage_chunk, "[DONE]"}), says("yes")},
                     "yes",
                     {},
                     2,
                     false,
                     {22, 14}});
    cases.push_back({"no body at all",
                     {talk([](Wire& wire) { wire.answer(200, "", "text/event-stream"); }), says("yes")},
                     "yes",
                     {},
                     2});
    cases.push_back({"no [DONE]", {events({delta("yes"), finish(), usage_chunk})}, "yes"});
    cases.push_back({"no finish_reason but [DONE]", {events({delta("yes"), usage_chunk, "[DONE]"})}, "yes"});
    cases.push_back(
        {"usage beside the last word",
         {events(
             {delta("yes"),
              R"({"choices":[{"index":0,"delta":{},"finish_reason":"stop"}],"usage":{"prompt_tokens":11,"completion_tokens":7}})"})},
         "yes"});
    cases.push_back(
        {"padding beside the words",
         {events(
             {R"({"choices":[{"index":0,"delta":{"content":"yes"},"logprobs":null}],"obfuscation":"aZ3kk","x":[{}]})",
              finish(), usage_chunk, "[DONE]"})},
         "yes"});
    cases.push_back(
        {"usage without what was in the cache",
         {events({delta("yes"), finish(), R"({"choices":[],"usage":{"prompt_tokens":0,"completion_tokens":7}})"})},
         "yes",
         {},
         1,
         false,
         {estimate_of_hi, 7}});
    cases.push_back({"no usage", {events({delta("yes"), finish(), "[DONE]"})}, "yes", {}, 1, false, estimated});
    cases.push_back({"the body stays open behind [DONE]",
                     {talk([](Wire& wire) {
                         wire.begin();
                         wire.event(delta("yes"));
                         wire.event(finish());
                         wire.event(usage_chunk);
                         wire.event("[DONE]");
                         wire.abandoned_within(1'000);
                         wire.cut();
                     })},
                     "yes"});
    cases.push_back({"the body stays open behind the last word",
                     {talk([](Wire& wire) {
                         wire.begin();
                         wire.event(delta("yes"));
                         wire.event(finish());
                         wire.event(usage_chunk);
                         wire.abandoned_within(1'000);
                         wire.cut();
                     })},
                     "yes"});
    cases.push_back({"pings all along",
                     {talk([](Wire& wire) {
                         wire.begin();
                         for (int i = 0; i < 20; ++i) {
                             wire.bytes(": ping\n\n");
                             std::this_thread::sleep_for(30ms);
                         }
                         wire.event(delta("yes"));
                         wire.event(finish());
                         wire.event(usage_chunk);
                         wire.end();
                     })},
                     "yes"});
    cases.push_back({"characters cut in two",
                     {talk([](Wire& wire) {
                         wire.begin();
                         const auto text = "data: " + delta("grüße 👋") + "\r\n\r\n";
                         for (const char c : text) wire.bytes(std::string(1, c));
                         wire.event(finish());
                         wire.event(usage_chunk);
                         wire.end();
                     })},
                     "grüße 👋"});
    cases.push_back({"lines ended by CR",
                     {talk([](Wire& wire) {
                         wire.begin();
                         wire.bytes("data: " + delta("yes") + "\r\rdata: " + finish() + "\r\rdata: " + usage_chunk +
                                    "\r\r");
                         wire.end();
                     })},
                     "yes"});
    cases.push_back({"events that are no JSON",
                     {events({"{broken", delta("yes"), "null", "[]", finish(), usage_chunk, "[DONE]"})},
                     "yes"});
    cases.push_back(
        {"JSON with the type of a stream",
         {talk([](Wire& wire) {
             wire.answer(
                 200,
                 R"({"choices":[{"message":{"content":"yes"}}],"usage":{"prompt_tokens":11,"completion_tokens":7}})",
                 "text/event-stream");
         })},
         "yes"});
    cases.push_back(
        {"the whole message in a chunk",
         {events({R"({"choices":[{"index":0,"message":{"role":"assistant","content":"yes"},"finish_reason":"stop"}]})",
                  usage_chunk})},
         "yes"});
    cases.push_back(
        {"other choices beside the first",
         {events({R"({"choices":[{"index":1,"delta":{"content":"no"}},{"index":0,"delta":{"content":"yes"}}]})",
                  finish(), usage_chunk})},
         "yes"});
    return cases;
}

std::vector<Case> answers_that_are_cut_off() {
    std::vector<Case> cases;
    cases.push_back({"the stream ends without a last word",
                     {events({delta("half an ans")})},
                     "half an ans",
                     {},
                     1,
                     true,
                     estimated});
    cases.push_back({"the connection ends in the middle",
                     {talk([](Wire& wire) {
                         wire.begin();
                         wire.event(delta("half"));
                         wire.cut();
                     })},
                     "half",
                     {},
                     1,
                     true,
                     estimated});
    cases.push_back({"silence in the middle",
                     {talk([](Wire& wire) {
                         wire.begin();
                         wire.event(delta("half"));
                         wire.abandoned_within(3'000);
                         wire.cut();
                     })},
                     "half",
                     {},
                     1,
                     true,
                     estimated});
    cases.push_back({"an error in the middle",
                     {events({delta("half"), R"({"error":{"message":"x","code":500}})"})},
                     "half",
                     {},
                     1,
                     true,
                     estimated});
    cases.push_back(
        {"the limit of tokens", {events({delta("half"), finish("length"), usage_chunk})}, "half", {}, 1, true});
    cases.push_back({"100 MB",
                     {talk([](Wire& wire) {
                         wire.begin();
                         const std::string piece(60'000, 'x');
                         for (int i = 0; i < 1'700; ++i) wire.event(delta(piece));
                         wire.cut();
                     })},
                     "",
                     {},
                     1,
                     true,
                     estimated});  // some 8 MiB of x
    return cases;
}

std::vector<Case> no_answers() {
    std::vector<Case> cases;
    cases.push_back(
        {"no credit",
         {refuses(
             429,
             R"({"error":{"message":"You exceeded your current quota","type":"insufficient_quota","param":null,"code":"insufficient_quota"}})")},
         "",
         Fault::quota,
         1,
         false,
         nothing});
    cases.push_back(
        {"no credit, told inside the stream",
         {events({R"({"error":{"message":"You exceeded your current quota","code":"insufficient_quota"}})"})},
         "",
         Fault::quota,
         1,
         false,
         nothing});
    cases.push_back({"a bad key",
                     {refuses(401, R"({"error":{"message":"Incorrect API key provided: sk-x"}})")},
                     "",
                     Fault::quota,
                     1,
                     false,
                     nothing});
    cases.push_back(
        {"a wish for ten minutes", {refuses(429, "{}", "Retry-After: 600\r\n")}, "", Fault::busy, 1, false, nothing});
    cases.push_back(
        {"a wish for no retry", {refuses(500, "{}", "X-Should-Retry: false\r\n")}, "", Fault::away, 1, false, nothing});
    cases.push_back({"always busy", {refuses(429, "{}")}, "", Fault::busy, 3, false, nothing});
    cases.push_back({"always away", {talk([](Wire& wire) { wire.cut(); })}, "", Fault::away, 3, false, nothing});
    cases.push_back({"always empty", {events({finish(), usage_chunk, "[DONE]"})}, "", Fault::away, 3, false, {33, 21}});
    cases.push_back({"all thoughts",
                     {events({R"({"choices":[{"index":0,"delta":{"reasoning_content":"thinking and thinking"}}]})",
                              finish("length"), "[DONE]"})},
                     "",
                     Fault::invalid,
                     1,
                     false,
                     estimated});
    cases.push_back({"a thought that never ends",
                     {events({delta("<think>hm"), finish("length"), usage_chunk})},
                     "",
                     Fault::invalid,
                     1,
                     false});
    cases.push_back(
        {"too long",
         {refuses(400, R"({"error":{"message":"maximum context length is 10","code":"context_length_exceeded"}})")},
         "",
         Fault::too_long,
         1,
         false,
         nothing});
    cases.push_back({"filtered before a word",
                     {refuses(400, R"({"error":{"message":"no","code":"content_filter"}})")},
                     "",
                     Fault::refused,
                     1,
                     false,
                     nothing});
    cases.push_back({"filtered in the middle",
                     {events({delta("how to"), finish("content_filter"), usage_chunk})},
                     "",
                     Fault::refused,
                     1,
                     false});
    cases.push_back(
        {"refused in words",
         {events({R"({"choices":[{"index":0,"delta":{"refusal":"I cannot help."}}]})", finish(), usage_chunk})},
         "",
         Fault::refused,
         1,
         false});
    cases.push_back(
        {"damaged tool calls alone",
         {events(
             {R"({"choices":[{"index":0,"delta":{"tool_calls":[{"index":0,"function":{"name":"f","arguments":"{\"x\":"}}]}}]})",
              finish("tool_calls"), usage_chunk})},
         "",
         Fault::away,
         3,
         false,
         {33, 21}});
    cases.push_back(
        {"tool calls of a broken stream",
         {talk([](Wire& wire) {
             wire.begin();
             wire.event(
                 R"({"choices":[{"index":0,"delta":{"tool_calls":[{"index":0,"id":"a","function":{"name":"f","arguments":"{}"}}]}}]})");
             wire.cut();
         })},
         "",
         Fault::away,
         3,
         false,
         estimated});
    cases.push_back({"silence from the start",
                     {talk([](Wire& wire) {
                         wire.abandoned_within(3'000);
                         wire.cut();
                     })},
                     "",
                     Fault::timeout,
                     3,
                     false,
                     nothing});
    cases.push_back({"silence behind the head",
                     {talk([](Wire& wire) {
                         wire.begin();
                         wire.abandoned_within(3'000);
                         wire.cut();
                     })},
                     "",
                     Fault::timeout,
                     3,
                     false,
                     nothing});
    cases.push_back({"an event over the limit",
                     {talk([](Wire& wire) {
                         wire.begin();
                         wire.event(std::string(2 << 20, 'x'));
                         wire.cut();
                     })},
                     "",
                     Fault::invalid,
                     1,
                     false,
                     nothing});
    cases.push_back(
        {"a redirect",
         {talk([](Wire& wire) { wire.answer(302, "", "text/html", "Location: http://169.254.169.254/\r\n"); })},
         "",
         Fault::invalid,
         1,
         false,
         nothing});
    cases.push_back({"no model of that name",
                     {refuses(404, R"({"error":{"message":"The model 'x' does not exist","code":"model_not_found"}})")},
                     "",
                     Fault::invalid,
                     1,
                     false,
                     nothing});
    return cases;
}

void check_charge(const Case& one, const Usage& usage) {
    if (one.charge.first < 0) {
        CHECK(usage.estimated);
        CHECK(usage.input_tokens > 0);
        CHECK(usage.output_tokens > 0);
    } else {
        CHECK(usage.input_tokens == one.charge.first);
        CHECK(usage.output_tokens == one.charge.second);
    }
}

}  // namespace

TEST_CASE("answers that come all the same") {
    Asking at;
    for (const auto& one : answers_that_come_all_the_same()) {
        CAPTURE(one.name);
        at.model.script(one.talks);
        const auto answer = at.chat();
        CHECK(answer);
        if (!answer) UNSCOPED_INFO(answer.error().message);
        if (!answer) continue;
        CHECK(answer->text == one.text);
        CHECK_FALSE(answer->truncated);
        CHECK(at.model.asked().size() == one.asked);
        check_charge(one, answer->usage);
    }
}

TEST_CASE("answers that are cut off are told apart") {
    Asking at;
    for (const auto& one : answers_that_are_cut_off()) {
        CAPTURE(one.name);
        at.model.script(one.talks);
        const auto answer = at.chat();
        CHECK(answer);
        if (!answer) continue;
        if (!one.text.empty()) CHECK(answer->text == one.text);
        CHECK_FALSE(answer->text.empty());
        CHECK(answer->truncated);
        CHECK(at.model.asked().size() == one.asked);
        check_charge(one, answer->usage);
    }
}

TEST_CASE("no answer has a reason") {
    Asking at;
    for (const auto& one : no_answers()) {
        CAPTURE(one.name);
        at.model.script(one.talks);
        const auto answer = at.chat();
        REQUIRE_FALSE(answer);
        CAPTURE(answer.error().message);
        CHECK(answer.error().fault == one.fault);
        CHECK_FALSE(answer.error().message.empty());
        CHECK(at.model.asked().size() == one.asked);
        check_charge(one, answer.error().usage);
    }
}

TEST_CASE("a key that a server repeats is not told on") {
    Asking at;
    at.options.key = Secret("sk-very-secret-key-0123");
    at.model.script({refuses(
        401, R"({"error":{"message":"key sk-very-secret-key-0123 and sk-very-secret-key-0123 are unknown"}})")});
    const auto said = at.said();
    CHECK(said.find("secret") == std::string::npos);
    CHECK(said.find("sk-...0123 and sk-...0123") != std::string::npos);
}

TEST_CASE("a server that is not there, and one whose name nobody knows") {
    Asking at;
    at.options.base_url = "http://127.0.0.1:1/v1";
    at.options.model = "m";
    CHECK(at.fault() == Fault::away);
    at.options.base_url = "http://nowhere.invalid/v1";
    CHECK(at.fault() == Fault::away);
}

TEST_CASE("the deadline of a question is kept, whatever the model does") {
    Asking at;
    auto request = question();
    const auto started = std::chrono::steady_clock::now();
    request.deadline = started + 200ms;
    at.model.script({talk([](Wire& wire) {
        wire.begin();
        for (int i = 0; i < 100 && !wire.abandoned_within(20); ++i) wire.bytes(": ping\n\n");
        wire.cut();
    })});
    CHECK(at.fault(request) == Fault::timeout);
    CHECK(std::chrono::steady_clock::now() - started < 3s);

    // What there is of an answer by then is better than none.
    at.model.script({talk([](Wire& wire) {
        wire.begin();
        wire.event(delta("so far"));
        for (int i = 0; i < 100 && !wire.abandoned_within(20); ++i) wire.bytes(": ping\n\n");
        wire.cut();
    })});
    request.deadline = std::chrono::steady_clock::now() + 200ms;
    const auto answer = at.chat(request);
    REQUIRE(answer);
    CHECK(answer->text == "so far");
    CHECK(answer->truncated);
    request.deadline = std::chrono::steady_clock::now() - 1s;
    CHECK(at.fault(request) == Fault::timeout);
}

TEST_CASE("a wish to come back later is obeyed, within the time that there is") {
    Asking at;
    const auto wish = [](const char* seconds) {
        return refuses(429, "{}", "Retry-After: " + std::string(seconds) + "\r\n");
    };
    auto started = std::chrono::steady_clock::now();
    at.model.script({wish("1"), says("yes")});
    CHECK(at.said() == "yes");
    CHECK(std::chrono::steady_clock::now() - started >= 1s);
    // Longer than the question may take: nobody waits for that.
    started = std::chrono::steady_clock::now();
    at.model.script({wish("30"), says("too late")});
    CHECK(at.fault() == Fault::busy);
    CHECK(at.model.asked().size() == 1);
    CHECK(std::chrono::steady_clock::now() - started < 1s);
}

TEST_CASE("all attempts together keep within the time of a question") {
    auto patience = Asking::quick();
    patience.question = 1'500ms;
    patience.retries.attempts = 1'000;
    Asking at(patience);
    const auto started = std::chrono::steady_clock::now();
    at.model.script({[](const Asked&, Wire& wire) {
        wire.begin();
        wire.abandoned_within(100);
        wire.cut();
    }});
    CHECK_FALSE(at.chat());
    CHECK(at.model.asked().size() > 3);
    CHECK(std::chrono::steady_clock::now() - started < 3s);
}

TEST_CASE("questions under way when the host ends are answered") {
    std::promise<Fault> fault;
    {
        Asking at;
        at.model.script({talk([](Wire& wire) {
            wire.abandoned_within(3'000);
            wire.cut();
        })});
        at.options.model = "m";
        at.options.base_url += "/v1";
        at.thread.run([&] {
            at.provider->chat(question(), [&](Outcome<ChatAnswer> outcome) { fault.set_value(outcome.error().fault); });
        });
        REQUIRE(eventually([&] { return !at.model.asked().empty(); }));
        at.thread.run([&] { at.client.reset(); });
        at.thread.run([] {});
    }
    auto future = fault.get_future();
    REQUIRE(future.wait_for(5s) == std::future_status::ready);
    CHECK(future.get() == Fault::away);
}
