// What goes wrong on the way to an answer that comes all the same.
#include "gpt/fault_cases.hpp"

using namespace parley;
using namespace parley::gpt;
using namespace parley::test;

namespace {

const std::int64_t estimate_of_hi = TokenScale().estimate(question());

std::vector<FaultCase> answers_that_come_all_the_same() {
    std::vector<FaultCase> cases;
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
