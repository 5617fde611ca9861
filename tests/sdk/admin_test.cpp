// /admin admin: every answer.
#include <catch2/catch.hpp>

#include "fixture.hpp"

using Texts = std::vector<std::string>;

TEST_CASE("admins are added, listed and removed") {
    Sample admin("admin");
    auto& ids = admin.host.world().settings["admin_ids"];

    CHECK(admin.as_admin("/admin admin -a 923201234567 +92-312-3098456").reply() ==
          "*Admins added*: 923201234567, 923123098456.");
    CHECK(ids == "923000000001,923201234567,923123098456");
    CHECK(admin.as_admin("/admin admin -g").reply() == "*Admins*: 923000000001, 923201234567, 923123098456");
    CHECK(admin.as_admin("/admin admin --remove 923201234567").reply() == "*Admins removed*: 923201234567.");
    CHECK(ids == "923000000001,923123098456");
}

TEST_CASE("what is already so is said, not done twice") {
    Sample admin("admin");
    auto& ids = admin.host.world().settings["admin_ids"];
    CHECK(Sample::texts(admin.as_admin("/admin admin -a 923000000001 923201234567 923201234567")) ==
          Texts{"*Admins added*: 923201234567.", "*Already admins*: 923000000001, 923201234567."});
    CHECK(ids == "923000000001,923201234567");
    CHECK(Sample::texts(admin.as_admin("/admin admin -r 923201234567 923999999999")) ==
          Texts{"*Admins removed*: 923201234567.", "923999999999 is not an admin."});
}

TEST_CASE("the last admin stays") {
    Sample admin("admin");
    auto& ids = admin.host.world().settings["admin_ids"];
    CHECK(admin.as_admin("/admin admin -r 923000000001").reply() ==
          "The last admin cannot be removed. Add another admin first.");
    CHECK(ids == "923000000001");
    CHECK(Sample::texts(admin.as_admin("/admin admin -a 923201234567 -r 923000000001 -g")) ==
          Texts{"*Admins added*: 923201234567.", "*Admins removed*: 923000000001.", "*Admins*: 923201234567"});
    CHECK(ids == "923201234567");
}

TEST_CASE("admin refuses what is no number, and others") {
    Sample admin("admin");
    CHECK(admin.as_admin("/admin admin -a ali").reply() == "`ali` is not a phone number.");
    CHECK(admin.send("/admin admin -g").command.empty());
    CHECK(admin.send("/admin").command.empty());
}

TEST_CASE("admin's help") {
    Sample admin("admin");
    const std::string help =
        "*Command Name: `admin`*\nAdd or remove an admin.\n\n*Usage:*\n\n"
        "*1. Add admins.*\n`/admin admin -a [number] [number] ...`\n*Examples:*\n> /admin admin -a 923201234567\n"
        "> /admin admin --add 923123098456 923201234567 923123456789\n\n"
        "*2. Remove admins.*\n`/admin admin -r [number] [number] ...`\n*Examples:*\n> /admin admin -r 923201234567\n"
        "> /admin admin --remove 923123098456 923201234567 923123456789\n\n"
        "*3. Get admin list.*\n`/admin admin -g`\n*Examples:*\n> /admin admin -g\n> /admin admin --get\n\n"
        "Admins can use admin commands. Admins can add or remove other admins.";
    CHECK(admin.as_admin("/admin admin").reply() == help);
    CHECK(admin.as_admin("/admin admin -h").reply() == help);
    CHECK(admin.as_admin("/admin admin -a").reply() == "--add needs a value\n\n" + help);
    CHECK(admin.as_admin("/admin admin --nothing").reply() == "unknown option: --nothing\n\n" + help);
}
