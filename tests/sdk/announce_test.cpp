// /admin announce: every answer, and who gets the message.
#include <catch2/catch.hpp>

#include "fixture.hpp"

namespace {

struct Announce : Sample {
    Announce() : Sample("announce") {
        host.world().users["923000000001"] = {"923000000001", "Admin", "staff"};
        host.world().users["923001111111"] = {"923001111111", "Ali", "signedup"};
        host.world().users["923002222222"] = {"923002222222", "Sara", "signedup"};
    }
    static std::vector<std::string> recipients(const parley::testing::Outcome& outcome) {
        std::vector<std::string> list;
        for (const auto& sent : outcome.sent) list.push_back(sent.to);
        return list;
    }
};

using List = std::vector<std::string>;

}  // namespace

TEST_CASE("announce sends to the group and to the chat it was typed in") {
    Announce announce;
    const auto outcome = announce.as_admin("/admin announce -g signedup -m Hello,  world!\nDon't panic");
    CHECK(Announce::recipients(outcome) == List{"923000000001@s.whatsapp.net", "923001111111", "923002222222"});
    for (const auto& sent : outcome.sent) CHECK(sent.text == "Hello,  world!\nDon't panic");
}

TEST_CASE("announce to all leaves nobody out and nobody twice") {
    Announce announce;
    CHECK(Announce::recipients(announce.as_admin("/admin announce --message Hi --group all")) ==
          List{"923000000001@s.whatsapp.net", "923001111111", "923002222222"});
    CHECK(Announce::recipients(announce.in_group("./admin announce -g all -m Hi", Sample::admin)) ==
          List{"120363000000000001@g.us", "923000000001", "923001111111", "923002222222"});
}

TEST_CASE("announce lists the groups") {
    Announce announce;
    CHECK(announce.as_admin("/admin announce -l").reply() == "*Groups:*\n- signedup\n- staff");
    announce.host.world().users.clear();
    CHECK(announce.as_admin("/admin announce --list").reply() == "There are no groups yet.");
}

TEST_CASE("announce puts users into groups") {
    Announce announce;
    const auto outcome = announce.as_admin("/admin announce -p family +92300-1111111 923009999999");
    REQUIRE(outcome.sent.size() == 2);
    CHECK(outcome.sent[0].text == "*Put into family*: 923001111111.");
    CHECK(outcome.sent[1].text == "*Never wrote to me*: 923009999999.");
    CHECK(Announce::recipients(announce.as_admin("/admin announce -g family -m Dinner!")) ==
          List{"923000000001@s.whatsapp.net", "923001111111"});
    CHECK(Announce::recipients(announce.as_admin("/admin announce -g signedup -m Hi")) ==
          List{"923000000001@s.whatsapp.net", "923002222222"});
    CHECK(announce.as_admin("/admin announce -p all 923001111111").reply() ==
          "Everybody is in the group `all`. Choose another name.");
    CHECK(announce.as_admin("/admin announce -p " + std::string(65, 'x') + " 923001111111").reply() ==
          "That name is too long for a group.");
}

TEST_CASE("announce says what is wrong") {
    Announce announce;
    CHECK(announce.as_admin("/admin announce -g nobody -m Hi").reply() == "There is nobody in the group `nobody`.");
    const std::string help =
        "*Command Name: `announce`*\nAnnounce a message to all users.\n\n*Usage:*\n\n"
        "*1. Announce a message to a specific group.*\n`/admin announce -g [group_name] -m [message]`\n*Examples:*\n"
        "> /admin announce -g signedup -m Hello, world!\n> /admin announce --group all --message Hello, world!\n\n"
        "*2. List all groups.*\n`/admin announce -l`\n*Examples:*\n> /admin announce -l\n> /admin announce --list\n\n"
        "*3. Put users into a group.*\n`/admin announce -p [group_name] [number] [number] ...`\n*Examples:*\n"
        "> /admin announce -p family 923201234567\n> /admin announce --put family 923123098456 923201234567\n\n"
        "Groups are created by admins: a group is there as long as somebody is in it. A user is in one group, at first "
        "in 'signedup'. Group name 'all' is reserved for all users.";
    for (const auto* text : {"/admin announce", "/admin announce -g all", "/admin announce -m Hi"})
        CHECK(announce.as_admin(text).reply() == help);
    CHECK(announce.as_admin("/admin announce -m").reply() == "--message needs a value\n\n" + help);
    CHECK(announce.as_admin("/admin announce -p family").reply() == "--put needs 2 values\n\n" + help);
}
