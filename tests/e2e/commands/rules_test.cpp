// Who is answered, and what: the rules of the first system.
#include <algorithm>
#include <catch2/catch.hpp>

#include "commands/stage.hpp"

namespace parley::e2e {
namespace {

const std::string group = "120363025246125400";

// Says something that must not be answered, and waits until the host has turned it down.
bool is_rejected(const Said& said) {
    auto& world = stage();
    const auto before = world.gateway.calls_to(chat_of(said)).size();
    const auto rejected = world.metric("parley_messages_rejected_total");
    if (world.host.post(body_of(said)).status != 200) return false;
    return eventually([&] { return world.metric("parley_messages_rejected_total") > rejected; }) &&
           world.gateway.calls_to(chat_of(said)).size() == before;
}

}  // namespace

TEST_CASE("an unknown command is answered with the way to help") {
    auto& say = stage().say;
    CHECK(say.direct("/nosuch thing") == not_found("nosuch"));
    CHECK(say.answer({.text = "./nosuch", .group = group}) == not_found("nosuch", "./"));
    // A command of admins is not one of everybody.
    CHECK(say.direct("/blacklist -g") == not_found("blacklist"));
    CHECK(say.as_admin("/admin echo hi") == not_found("echo"));
}

TEST_CASE("admin commands are for admins") {
    auto& say = stage().say;
    CHECK(say.direct("/admin setting -g all") == "You are not an admin and cannot use admin commands.");
    CHECK(say.answer({.text = "./admin help", .group = group}) ==
          "You are not an admin and cannot use admin commands.");
}

TEST_CASE("who is blacklisted gets no answer at all") {
    auto& say = stage().say;
    const std::string bad = "923003333333";
    CHECK(say.as_admin("/admin blacklist -a " + bad) == "*Added to blacklist*: " + bad + ".");
    CHECK(say.as_admin("/admin blacklist -a " + bad) == "*Already in blacklist*: " + bad + ".");
    CHECK(say.as_admin("/admin blacklist -g") == "*Blacklisted*: " + bad);
    CHECK(is_rejected({.text = "/echo hello?", .from = bad}));
    CHECK(is_rejected({.text = "./echo hello?", .from = bad, .group = group}));
    CHECK(say.as_admin("/admin blacklist -r " + bad) == "*Removed from blacklist*: " + bad + ".");
    CHECK(say.direct("/ping", bad) == "pong");
}

TEST_CASE("of additions to the blacklist that are made side by side none is lost") {
    auto& world = stage();
    std::vector<std::string> numbers;
    for (int i = 0; i < 24; ++i) {  // each in a chat of its own: the handlings overlap
        numbers.push_back("92300333" + std::to_string(1000 + i));
        const Said said{.text = "./admin blacklist -a " + numbers.back(),
                        .from = admin_number,
                        .group = "1203630252461260" + std::to_string(10 + i)};
        REQUIRE(world.host.post(body_of(said)).status == 200);
    }
    const auto missing = [&] {
        const auto list = world.say.as_admin("/admin blacklist -g");
        return std::count_if(numbers.begin(), numbers.end(),
                             [&](const auto& number) { return list.find(number) == std::string::npos; });
    };
    CHECK(eventually([&] { return missing() == 0; }));
    for (const auto& number : numbers)
        CHECK(world.say.as_admin("/admin blacklist -r " + number) == "*Removed from blacklist*: " + number + ".");
}

TEST_CASE("in a group only what begins with a dot is for the bot") {
    auto& say = stage().say;
    CHECK(say.answer({.text = "./echo for all", .group = group}) == "for all");
    CHECK(say.answer({.text = ".hello", .group = group}) ==
          "Hello, I am a bot. Use `./help` (or `./admin help` if you are an admin) to see available commands.");
    for (const char* text : {"hello", "", ".", "..", "...well", "/echo no dot", "x./echo"})
        CHECK(say.answers_before_ping({.text = text, .group = group}, "./ping").empty());
}

TEST_CASE("plain words in a direct chat are answered with the way to help") {
    CHECK(stage().say.direct("hello there") ==
          "Hello, I am a bot. Use `/help` (or `/admin help` if you are an admin) to see available commands.");
}

TEST_CASE("in debug mode only admins get in") {
    auto& say = stage().say;
    REQUIRE(say.as_admin("/admin setting -c debug true") == "Setting `debug` changed to `true`.");
    CHECK(is_rejected({.text = "/ping"}));
    CHECK(say.as_admin("/ping") == "pong");
    CHECK(say.as_admin("/admin setting -c debug false") == "Setting `debug` changed to `false`.");
    CHECK(say.direct("/ping") == "pong");
}

TEST_CASE("no-break spaces of phone keyboards are spaces") {
    CHECK(stage().say.direct("/echo\u00a0one\u00a0two") == "one two");
}

TEST_CASE("a message that comes twice is handled once") {
    auto& world = stage();
    const std::string person = "923007770001", chat = person + "@s.whatsapp.net";
    const auto body = body_of({.text = "/echo once", .from = person, .id = "TWICE1"});
    for (int i = 0; i < 5; ++i) CHECK(world.host.post(body).status == 200);
    world.say.answers_before_ping({.text = "/echo last", .from = person});
    std::vector<std::string> texts;
    for (const auto& call : world.gateway.calls_to(chat)) texts.push_back(call.text());
    CHECK(texts == std::vector<std::string>{"once", "last", "pong"});
    CHECK(world.metric("parley_messages_duplicate_total") >= 4);
}

TEST_CASE("edits, revocations, reactions and own messages are taken and not answered") {
    auto& world = stage();
    const std::string person = "923007770002";
    const auto silent = [&](const std::string& text, const std::string& extra) {
        return world.say.answers_before_ping({.text = text, .from = person, .extra = extra}).empty();
    };
    CHECK(silent("/echo edited", R"("action":"message_edited","edited_text":"/echo edited")"));
    CHECK(silent("/echo revoked", R"("action":"message_revoked","revoked_message_id":"ABC")"));
    CHECK(silent("", R"("reaction":{"id":"ABC","message":"👍"})"));
    CHECK(silent("/echo mine", R"("is_from_me":true)"));
    CHECK(silent("/echo mine", R"("from_me":true)"));
}

TEST_CASE("nothing wrong was ever sent to the gateway") {
    CHECK(stage().gateway.violations() == std::vector<std::string>{});
    CHECK(stage().host.cli({"dead", "list"}).out == "There are no dead letters.\n");
}

}  // namespace parley::e2e
