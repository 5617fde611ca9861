// /kharchey: every answer, the ledger in storage, and the group whose messages are read without a command.
#include <catch2/catch.hpp>

#include "fixture.hpp"

namespace {

struct Expenses : Sample {
    Expenses() : Sample("expenses") {
        host.world().sender_zone = "Asia/Karachi";
        host.world().settings["kharchey_group_id"] = "120363000000000001";
    }
    std::string say(const std::string& text) { return in_group(text).reply(); }
};

}  // namespace

TEST_CASE("items are added and listed with their total") {
    Expenses kharchey;
    CHECK(kharchey.say("List") == "*List*\nNo items in list");
    CHECK(kharchey.say("2x100 Milk") == "*List*\n1. `2x100=200` Milk\n\n*Total: 200*");
    CHECK(kharchey.say("50 Chips and dip") == "*List*\n1. `2x100=200` Milk\n2. `50` Chips and dip\n\n*Total: 250*");
    CHECK(kharchey.say("1x30 Tea\n  40   Rusk \n\nnothing\nx 2\n5 Gum") ==
          "Failed to add *nothing, x 2* to list\nUsage: `[quantity]x[price] [item]`\n"
          "*List*\n1. `2x100=200` Milk\n2. `50` Chips and dip\n3. `30` Tea\n4. `40` Rusk\n5. `5` Gum\n\n*Total: 325*");
    CHECK(kharchey.host.world().storage.count("item/1/120363000000000001@g.us/000000000005") == 1);
    CHECK(kharchey.say("list") == kharchey.say("LIST"));
}

TEST_CASE("only undotted messages of the set group are read") {
    Expenses kharchey;
    CHECK(kharchey.in_group("10 Tea").text == "./kharchey 10 Tea");
    CHECK(kharchey.in_group(".10 Tea").text == ".10 Tea");
    CHECK(kharchey.in_group("./echo 10 Tea").text == "./echo 10 Tea");
    CHECK(kharchey.in_group("  ").text == "  ");
    CHECK(kharchey.host.send({.text = "10 Tea", .group = "999"}).text == "10 Tea");
    CHECK(kharchey.send("10 Tea").text == "10 Tea");
    CHECK(kharchey.in_group("Who is coming?\n10 Tea").sent.empty());

    kharchey.host.world().settings["kharchey_group_id"] = "120363000000000001@g.us";
    CHECK(kharchey.in_group("10 Tea").text == "./kharchey 10 Tea");
    kharchey.host.world().settings["kharchey_group_id"] = "";
    CHECK(kharchey.in_group("10 Tea").text == "10 Tea");
    CHECK(kharchey.send("10 Tea").text == "10 Tea");
}

TEST_CASE("each person and each group has a list of its own") {
    Expenses kharchey;
    kharchey.say("10 Tea");
    kharchey.in_group("20 Rice", "923009999999");
    CHECK(kharchey.say("List") == "*List*\n1. `10` Tea\n\n*Total: 10*");
    CHECK(kharchey.say("List all") == "*List*\n1. `10` Tea\n2. `20` Rice\n\n*Total: 30*");
    CHECK(kharchey.host.send({.text = "./expenses List", .group = "999"}).reply() == "*List*\nNo items in list");
    CHECK(kharchey.send("/kharchey 5 Pen").reply() == "*List*\n1. `5` Pen\n\n*Total: 5*");
    CHECK(kharchey.send("/expenses list").reply() == "*List*\n1. `5` Pen\n\n*Total: 5*");
}

TEST_CASE("the list shows the time on the sender's clock") {
    Expenses kharchey;
    auto& now = kharchey.host.world().now_ms;
    const auto start = now;  // 2026-01-01 00:00 UTC, 05:00 in Karachi
    kharchey.say("10 Tea");
    now = start + 7 * 3'600'000 + 5 * 60'000;
    kharchey.say("20 Noon");
    now = start + 19 * 3'600'000;
    kharchey.in_group("30 Midnight", "923009999999");
    CHECK(kharchey.say("List withtime") ==
          "*List*\n1. `01/01/2026 05:00 AM` `10` Tea\n2. `01/01/2026 12:05 PM` `20` Noon\n\n*Total: 30*");
    CHECK(kharchey.say("List all withtime") ==
          "*List*\n1. `01/01/2026 05:00 AM` `10` Tea\n2. `01/01/2026 12:05 PM` `20` Noon\n"
          "3. `02/01/2026 12:00 AM` `30` Midnight\n\n*Total: 60*");
}

TEST_CASE("items are edited") {
    Expenses kharchey;
    kharchey.say("10 Tea\n20 Rice");
    const std::string usage = "Usage: `Edit [item#] [quantity]x[price] [item]` or `Edit [item#] [price] [item]`\n";
    const std::string list = "*List*\n1. `10` Tea\n2. `3x15=45` Brown rice\n\n*Total: 55*";
    CHECK(kharchey.say("Edit 2 3x15 Brown rice") == list);
    CHECK(kharchey.say("Edit 3 5 Gum") == "There is no item 3 in your list.\n" + list);
    for (const auto* text : {"Edit", "Edit 1", "Edit 1 x Gum", "Edit one 5 Gum", "Edit 0 5 Gum", "Edit 1 5"}) {
        CHECK(kharchey.say(text) == usage + list);
    }
    CHECK(kharchey.in_group("Edit 1 5 Mine now", "923009999999").reply() ==
          "There is no item 1 in your list.\n*List*\nNo items in list");
}

TEST_CASE("items are cleared") {
    Expenses kharchey;
    kharchey.say("10 Tea\n20 Rice\n30 Oil\n40 Salt");
    kharchey.in_group("50 Theirs", "923009999999");
    CHECK(kharchey.say("Clear 1 3 1") == "*List*\n1. `20` Rice\n2. `40` Salt\n\n*Total: 60*");
    CHECK(kharchey.say("Clear 7") ==
          "There is no item 7 in your list.\n*List*\n1. `20` Rice\n2. `40` Salt\n\n*Total: 60*");
    CHECK(kharchey.say("Clear everything") ==
          "Usage: `Clear [item1#] [item2#] ...`\n*List*\n1. `20` Rice\n2. `40` Salt\n\n*Total: 60*");
    CHECK(kharchey.say("clear") == "*List*\nNo items in list");
    CHECK(kharchey.say("List all") == "*List*\n1. `50` Theirs\n\n*Total: 50*");
    CHECK(kharchey.say("5 New") == "*List*\n1. `5` New\n\n*Total: 5*");
}

TEST_CASE("amounts that no total can hold are no items") {
    Expenses kharchey;
    CHECK(kharchey.in_group("999999999x999999999 Gold").sent.empty());
    CHECK(kharchey.in_group("9999999999 Gold").sent.empty());
    CHECK(kharchey.say("1000x999999999 Gold") ==
          "*List*\n1. `1000x999999999=999999999000` Gold\n\n*Total: 999999999000*");
    CHECK(kharchey.in_group("10 ").sent.empty());
    CHECK(kharchey.in_group("10Tea").sent.empty());
}

TEST_CASE("a list that has grown long is shown from its end, with the total of all") {
    Expenses kharchey;
    std::string thousand;
    for (int i = 0; i < 1'000; ++i) thousand += "10 Tea that is rather good\n";
    for (int i = 0; i < 3; ++i) kharchey.say(thousand);
    const auto list = kharchey.say("5 Gum");
    CHECK_THAT(list, Catch::StartsWith("*List*\n... and 2,901 earlier\n2902. `10` Tea that is rather good\n") &&
                         Catch::EndsWith("\n3001. `5` Gum\n\n*Total: 30005*"));
    CHECK_THAT(kharchey.say("Edit 1 7 Rusk"), Catch::EndsWith("*Total: 30002*"));
    CHECK_THAT(kharchey.say("Clear 1"), Catch::StartsWith("*List*\n... and 2,900 earlier\n2901. "));
    CHECK_THAT(kharchey.say("List all withtime"), Catch::Contains("\n3000. `01/01/2026 05:00 AM` `5` Gum\n"));
    CHECK(kharchey.say(thousand + "5 Gum") == "One message can add 1,000 items at most.");
}

TEST_CASE("whatever is written into the ledger, its answer can be sent") {
    Expenses kharchey;
    std::string name;
    for (int i = 0; i < 2'000; ++i) name += "ü";
    for (int i = 0; i < 100; ++i) kharchey.say("10 " + name);
    const auto list = kharchey.say("List");
    CHECK(list.size() < 65'536);
    CHECK_THAT(list, Catch::Contains(name.substr(0, 400) + "…\n"));
    CHECK_THAT(list, !Catch::Contains(name.substr(0, 402)));
    std::string numbers = "Clear", lines = "10 Tea\n";
    for (int i = 0; i < 3'000; ++i) {
        if (i < 900) lines += name.substr(0, 1'000) + "\n";
        numbers += " 999999999";
    }
    CHECK(kharchey.say(numbers).size() < 65'536);
    const auto failed = kharchey.say(lines);
    CHECK(failed.size() < 65'536);
    CHECK_THAT(failed, Catch::Contains(", and 890 more* to list"));
}

TEST_CASE("kharchey's help") {
    Expenses kharchey;
    const auto help = kharchey.say("Help");
    CHECK_THAT(help, Catch::StartsWith(
                         "*Command Name: `kharchey`*\nCount spent money\n\n*Usage:*\n\n*1. Add items with quantity.*\n"
                         "`./kharchey [quantity]x[price] [item]`\n*Examples:*\n> ./kharchey 2x100 Milk\n"
                         "> ./kharchey 3x50 Chips\n\n*2. Add items without quantity.*\n"));
    CHECK_THAT(help,
               Catch::Contains("*6. Clear all items from list.*\n`./kharchey Clear`\n\n*7. Get list of items.*\n"));
    CHECK_THAT(help, Catch::EndsWith("*10. Show this message.*\n`./kharchey Help`\n\n"
                                     "Only the person who added the item can edit or clear it."));
    CHECK(kharchey.in_group("./kharchey").reply() == help);
    for (const auto* command : kharchey.host.commands()) CHECK((command->flags & PARLEY_COMMAND_INTERNAL) != 0);
}
