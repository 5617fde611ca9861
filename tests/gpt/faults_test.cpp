// No question hangs, whatever goes wrong between here and a model.
#include "gpt/fault_cases.hpp"

using namespace parley;
using namespace parley::gpt;
using namespace parley::test;
using namespace std::chrono_literals;

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
