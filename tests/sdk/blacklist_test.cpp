// /admin blacklist: every answer.
#include <catch2/catch.hpp>

#include "fixture.hpp"

using Texts = std::vector<std::string>;

TEST_CASE("the blacklist grows and shrinks") {
    Sample blacklist("blacklist");
    auto& ids = blacklist.host.world().settings["blacklist_ids"];
    CHECK(blacklist.as_admin("/admin blacklist -g").reply() == "*Blacklisted*: ");
    CHECK(blacklist.as_admin("/admin blacklist \u2014add 923201234567 923123098456").reply() ==
          "*Added to blacklist*: 923201234567, 923123098456.");
    CHECK(ids == "923201234567,923123098456");
    CHECK(Sample::texts(blacklist.as_admin("/admin blacklist -a 923201234567 923123456789")) ==
          Texts{"*Added to blacklist*: 923123456789.", "*Already in blacklist*: 923201234567."});
    CHECK(Sample::texts(blacklist.as_admin("/admin blacklist -r 923201234567 923999999999 -g")) ==
          Texts{"*Removed from blacklist*: 923201234567.", "*Not in blacklist*: 923999999999.",
                "*Blacklisted*: 923123098456, 923123456789"});
    CHECK(ids == "923123098456,923123456789");
}

TEST_CASE("the blacklist refuses what is no number, and sends help") {
    Sample blacklist("blacklist");
    CHECK(blacklist.as_admin("/admin blacklist -a ali").reply() == "`ali` is not a phone number.");
    CHECK(blacklist.as_admin("/admin blacklist").reply() ==
          "*Command Name: `blacklist`*\nAdd or remove a number from blacklist.\n\n*Usage:*\n\n"
          "*1. Add members to blacklist.*\n`/admin blacklist -a [number] [number] ...`\n*Examples:*\n"
          "> /admin blacklist -a 923201234567\n"
          "> /admin blacklist --add 923123098456 923201234567 923123456789\n\n"
          "*2. Remove members from blacklist.*\n`/admin blacklist -r [number] [number] ...`\n*Examples:*\n"
          "> /admin blacklist -r 923201234567\n"
          "> /admin blacklist --remove 923123098456 923201234567 923123456789\n\n"
          "*3. Get blacklist.*\n`/admin blacklist -g`\n*Examples:*\n> /admin blacklist -g\n> /admin blacklist --get\n\n"
          "Blacklisted members cannot use the bot.");
}
