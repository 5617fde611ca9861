// Answers that are cut off, and those that never come: each has its reason, and what was used up is charged.
#include "gpt/fault_cases.hpp"

using namespace parley;
using namespace parley::gpt;
using namespace parley::test;

namespace {

std::vector<FaultCase> answers_that_are_cut_off() {
    std::vector<FaultCase> cases;
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

std::vector<FaultCase> no_answers() {
    std::vector<FaultCase> cases;
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

}  // namespace

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

TEST_CASE("a question is asked again only as long as that cannot cost more than is reserved") {
    Asking at;
    // An empty answer that took 11 tokens in and 7 out.
    const auto empty = events({finish(), usage_chunk, "[DONE]"});
    const auto ask = [&](Usage most) {
        auto request = question();
        request.max_tokens = 40;
        request.most = most;
        at.model.script({empty});
        const auto answer = at.chat(request);
        REQUIRE_FALSE(answer);
        CHECK(answer.error().usage.input_tokens <= most.input_tokens);
        CHECK(answer.error().usage.output_tokens <= most.output_tokens);
        return at.model.asked();
    };
    const auto all = ask({1'000, 40, false});
    REQUIRE(all.size() == 3);
    // An answer may be as long as what is left.
    CHECK(all[0].body.find(":40") != std::string::npos);
    CHECK(all[1].body.find(":33") != std::string::npos);
    CHECK(all[2].body.find(":26") != std::string::npos);
    CHECK(ask({22, 40, false}).size() == 2);
    CHECK(ask({21, 40, false}).size() == 1);
    CHECK(ask({1'000, 22, false}).size() == 1);  // 15 are left

    // What nobody counted may have been more than it looks.
    at.model.script({talk([](Wire& wire) {
        wire.begin();
        wire.event(R"({"choices":[{"index":0,"delta":{"reasoning_content":"thinking"}}]})");
        wire.cut();
    })});
    auto request = question();
    request.most = {1'000, 1'000, false};
    CHECK_FALSE(at.chat(request));
    CHECK(at.model.asked().size() == 1);
    // What never reached the model costs nothing.
    at.model.script({refuses(500, "{}"), says("well")});
    request.most = {20, 1'000, false};
    CHECK(at.said(request) == "well");

    // An answer that does not fit is mended within the same bounds.
    request = question();
    request.schema = R"({"type":"object","required":["a"]})";
    at.model.script({says("no JSON")});
    request.most = {12, 1'000, false};
    CHECK(at.fault(request) == Fault::invalid);
    CHECK(at.model.asked().size() == 1);
    at.model.script({says("no JSON")});
    request.most = {2'000, 1'000, false};
    CHECK(at.fault(request) == Fault::invalid);
    CHECK(at.model.asked().size() == 2);
}

TEST_CASE("what may have been answered is asked again only when nothing is reserved for it") {
    Asking at;
    const auto lost = [&](const MockModel::Talk& talk, std::size_t asked) {
        auto request = question();
        at.model.script({talk, says("well")});
        CHECK(at.said(request) == "well");
        request.most = {1'000, 1'000, false};
        at.model.script({talk});
        const auto answer = at.chat(request);
        REQUIRE_FALSE(answer);
        CHECK(at.model.asked().size() == asked);
        return answer.error().in_doubt;
    };
    CHECK(lost(talk([](Wire& wire) { wire.cut(); }), 1));
    CHECK(lost(talk([](Wire& wire) {
                   wire.begin();
                   wire.abandoned_within(3'000);
                   wire.cut();
               }),
               1));
    CHECK(lost(refuses(504, "<html>Gateway Time-out</html>"), 1));
    CHECK(lost(refuses(200, "{broken"), 1));
    CHECK(lost(events({}), 1));
    CHECK_FALSE(lost(refuses(200, "<html>some other server</html>"), 3));
    CHECK_FALSE(lost(refuses(500, "{}"), 3));
    CHECK_FALSE(lost(events({R"({"error":{"message":"overloaded","code":503}})"}), 3));
}
