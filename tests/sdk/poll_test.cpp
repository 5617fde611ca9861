// /poll: one poll at a time in a chat, votes by number.
#include <catch2/catch.hpp>

#include "fixture.hpp"

using Catch::Matchers::Contains;

namespace {

struct Poll : Sample {
    Poll() : Sample("poll") {}
    std::string group(const std::string& text, const std::string& from = "923001234567") {
        return in_group(text, from).reply();
    }
    void begin() { REQUIRE(in_group("./poll create Where? | Pizza | At home").sent.size() == 2); }
};

}  // namespace

TEST_CASE("a poll goes out as the channel's own and in words") {
    Poll bot;
    const auto sent = bot.in_group("./poll create -n 2 Which days? | Monday |Tuesday\nFriday").sent;
    REQUIRE(sent.size() == 2);
    CHECK(sent[0].kind == parley::Outgoing::Kind::poll);
    CHECK(sent[0].payload == R"({"question":"Which days?","options":["Monday","Tuesday","Friday"],"max_answers":2})");
    CHECK_THAT(sent[1].text, Contains("write the number of your answer") && Contains("./poll vote 1 2"));
}

TEST_CASE("a number alone is a vote while a poll is open") {
    Poll bot;
    CHECK(bot.in_group("2").sent.empty());
    bot.begin();
    CHECK(bot.group("2") == "Ali: At home");
    CHECK(bot.group("1", "923009999999") == "Ali: Pizza");
    CHECK(bot.group("./poll results") == "*Where?*\n1. Pizza: 1\n2. At home: 1\n_2 people voted._");
    CHECK(bot.group("1") == "Ali: Pizza");  // in place of the earlier vote
    CHECK(bot.in_group("3").text == "3");   // no answer of this poll
    CHECK(bot.in_group("1 am").sent.empty());
    CHECK(bot.in_group("100").sent.empty());
    CHECK(bot.send("1").sent.empty());  // another chat
    CHECK(bot.host.send({.text = "./poll results", .group = "120363000000000001", .account = "2"}).reply() ==
          "There was no poll here yet.");  // the same group, but of another account
    CHECK(bot.group("./poll close") == "*Where?*\n1. Pizza: 2\n2. At home: 0\n_2 people voted. The poll is closed._");
    CHECK(bot.in_group("1").sent.empty());
    CHECK(bot.group("./poll vote 1") == "No poll is open here.");
    CHECK_THAT(bot.group("./poll results"), Contains("Pizza: 2"));
}

TEST_CASE("several answers where the poll lets them") {
    Poll bot;
    bot.in_group("./poll create -n 2 Which? | a | b | c");
    CHECK(bot.group("./poll vote 3 1") == "Ali: a, c");
    CHECK(bot.group("./poll vote 1 2 3") == "You can choose 2 at most.");
    CHECK(bot.group("./poll vote 4") == "There is no answer 4 in this poll.");
    CHECK(bot.group("./poll results") == "*Which?*\n1. a: 1\n2. b: 0\n3. c: 1\n_1 person voted._");
}

TEST_CASE("one poll at a time, ended by its author or an admin") {
    Poll bot;
    bot.begin();
    CHECK_THAT(bot.group("./poll create Again? | a | b"), Contains("A poll is open here: Where?"));
    CHECK(bot.group("./poll close", "923009999999") == "Only who began the poll and admins can end it.");
    bot.group("1");
    CHECK_THAT(bot.group("./poll close", Sample::admin), Contains("closed"));
    CHECK(bot.group("./poll close") == "No poll is open here.");
    CHECK(bot.in_group("./poll create Again? | a | b").sent.size() == 2);
    CHECK_THAT(bot.group("./poll results"), Contains("_0 people voted._"));
    CHECK(bot.host.world().storage.size() == 1);  // the old votes are gone
}

TEST_CASE("a language model polls a group, and ends a poll, after a yes") {
    Poll bot;
    const auto wish = [&](const std::string& text) {
        return bot.host.send({.text = text, .group = "120363000000000001", .unconfirmed = true}).status;
    };
    CHECK(wish("./poll create Where? | a | b") == PARLEY_CONFIRM);
    CHECK(bot.host.world().storage.empty());
    bot.begin();
    CHECK(wish("./poll vote 1") == PARLEY_OK);
    CHECK(wish("./poll results") == PARLEY_OK);
    CHECK(wish("./poll close") == PARLEY_CONFIRM);
    CHECK_THAT(bot.group("./poll results"), Contains("_1 person voted._"));
}

TEST_CASE("what is no poll is explained") {
    Poll bot;
    CHECK_THAT(bot.group("./poll create Where?"), Contains("at least two answers"));
    CHECK_THAT(bot.group("./poll create Where? | a | a"), Contains("Two answers are the same: a"));
    CHECK_THAT(bot.group("./poll create -n 3 Where? | a | b"), Contains("-n is 1 to"));
    CHECK_THAT(bot.group("./poll create Q|1|2|3|4|5|6|7|8|9|10|11|12|13"), Contains("at most 12"));
    std::string wide;
    for (int i = 0; i < 101; ++i) wide += "س";
    CHECK_THAT(bot.group("./poll create Q? | b | " + wide), Contains("at most 100 characters"));
    CHECK(bot.group("./poll results") == "There was no poll here yet.");
    CHECK_THAT(bot.group("./poll"), Contains("*Usage:*"));
}
