// Who is let in, how often, and where the bot is silent because a human answers.
#include <catch2/catch.hpp>

#include "support/stage.hpp"

namespace parley::e2e {
namespace {

using Catch::Matchers::Contains;
using Catch::Matchers::StartsWith;

const std::string known = "923007770001", other = "923007770002", stranger = "923007779999";

Stage& stage() {
    static Stage one({{"WHITELISTED_USERS", "+923007770001,+923007770002,+923007770003,+923007770004"},
                      {"RATE_LIMIT_MESSAGES", "3"},
                      {"RATE_LIMIT_WINDOW_SECONDS", "3600"}},
                     {"echo", "ping"});
    return one;
}

std::size_t answers_to(const std::string& person) {
    return stage().gateway.calls_to(person + "@s.whatsapp.net").size();
}

TEST_CASE("only who is on the whitelist is answered, and admins") {
    CHECK(stage().host.post(body_of({.text = "/ping", .from = stranger})).status == 200);
    CHECK(stage().host.post(body_of({.text = "hello", .from = stranger})).status == 200);
    CHECK(stage().say.direct("/echo hello", other) == "hello");
    CHECK(stage().say.as_admin("/echo hello") == "hello");
    CHECK(eventually([] { return stage().metric("parley_messages_rejected_total") >= 2; }));
    CHECK(answers_to(stranger) == 0);
}

TEST_CASE("who writes too much is told once and then met with silence; others and admins are not") {
    for (int i = 0; i < 3; ++i) CHECK(stage().say.direct("/echo hello", known) == "hello");
    CHECK(stage().say.direct("/echo hello", known) ==
          "That was a lot at once. I can take 3 messages in 3600 seconds; please write again in a moment.");
    const auto rejected = stage().metric("parley_messages_rejected_total");
    for (int i = 0; i < 3; ++i) CHECK(stage().host.post(body_of({.text = "/echo again", .from = known})).status == 200);
    CHECK(eventually([&] { return stage().metric("parley_messages_rejected_total") >= rejected + 3; }));
    CHECK(answers_to(known) == 4);
    CHECK(stage().say.direct("/echo still here", other) == "still here");
    for (int i = 0; i < 5; ++i) CHECK(stage().say.as_admin("/echo hello") == "hello");
}

TEST_CASE("in a chat that a human has taken over plain words are not answered, commands are") {
    const std::string person = "923001111111", chat = person + "@s.whatsapp.net";  // an admin: no rate limit
    CHECK_THAT(stage().say.direct("hello there", person), StartsWith("Hello, I am a bot."));
    auto outcome = stage().host.cli({"takeover", "start", person, "--by", "Ada"});
    CHECK(outcome.code == 0);
    CHECK_THAT(outcome.out, Contains("silent in that chat now"));
    CHECK_THAT(stage().host.cli({"takeover", "list"}).out, Contains(chat) && Contains("by Ada"));
    CHECK(stage().say.answers_before_ping({.text = "hello there", .from = person}).empty());
    // It is held for longer already, without an end.
    CHECK_THAT(stage().host.cli({"takeover", "start", person, "--hours", "2"}).out,
               Contains("silent in that chat now.") && !Contains("until"));
    CHECK_THAT(stage().host.cli({"takeover", "end", person}).out, Contains("answers in that chat again"));
    CHECK_THAT(stage().say.direct("hello there", person), StartsWith("Hello, I am a bot."));
    CHECK(stage().host.cli({"takeover", "start", "nobody at all"}).code == 1);
    CHECK(stage().host.cli({"takeover", "start", person, "--hours", "-1"}).code == 1);
}

TEST_CASE("a human's answer from the phone takes the chat over, an echo of our own answer does not") {
    const std::string ours = "923007770004@s.whatsapp.net", theirs = "923007775555@s.whatsapp.net";
    CHECK(stage().say.direct("/echo from the bot", "923007770004") == "from the bot");
    const auto echo = [](const std::string& id, const std::string& chat, const std::string& text) {
        return R"({"event":"message","device_id":"923000000009@s.whatsapp.net","payload":{"id":")" + id +
               R"(","chat_id":")" + chat + R"(","from":"923000000009@s.whatsapp.net","is_from_me":true,"body":")" +
               text + R"("}})";
    };
    CHECK(stage().host.post(echo("UNKNOWN-1", ours, "from the bot")).status == 200);
    CHECK(stage().host.post(echo("UNKNOWN-2", theirs, "this is Ada speaking")).status == 200);
    CHECK(eventually([&] { return stage().host.cli({"takeover", "list"}).out.find(theirs) != std::string::npos; }));
    CHECK_THAT(stage().host.cli({"takeover", "list"}).out, !Contains(ours) && Contains("by phone"));
}

TEST_CASE("a restart forgets no takeover") {
    const std::string person = admin_number;
    CHECK(stage().host.cli({"takeover", "start", person}).code == 0);
    stage().host.kill9();
    stage().host.start();
    CHECK(stage().say.answers_before_ping({.text = "hello there", .from = person}).empty());
    CHECK(stage().host.cli({"takeover", "end", person}).code == 0);
}

}  // namespace
}  // namespace parley::e2e
