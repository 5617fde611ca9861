#include "pipeline/help.hpp"

#include <catch2/catch.hpp>

namespace parley::pipeline {
namespace {

plugins::CommandInfo command(std::string name, std::string description, bool admin = false) {
    plugins::CommandInfo info;
    info.name = std::move(name);
    info.description = std::move(description);
    info.admin = admin;
    return info;
}

TEST_CASE("the overview lists the commands of this kind of user and ends with itself") {
    auto hidden = command("gpt", "Answers plain text");
    hidden.internal = true;
    const std::vector<plugins::CommandInfo> commands = {command("echo", "Repeat a text"), hidden,
                                                        command("setting", "Change settings", true),
                                                        command("ping", "See whether the bot is there")};
    CHECK(help_overview(commands, false, "/") ==
          "*Available commands:*\n\n"
          "*1. Repeat a text*\n`/echo`\n\n"
          "*2. See whether the bot is there*\n`/ping`\n\n"
          "*3. Show this message*\n`/help`");
    CHECK(help_overview(commands, true, "./admin ") ==
          "*Available commands:*\n\n"
          "*1. Change settings*\n`./admin setting`\n\n"
          "*2. Show this message*\n`./admin help`");
    CHECK(help_overview({}, false, "/") == "*Available commands:*\n\n*1. Show this message*\n`/help`");
}

TEST_CASE("the help of one command has its usages, examples and note") {
    auto info = command("expenses", "Keep track of expenses");
    info.usages = {{"", "Show the sum", {}}, {"[amount] [what]", "Add one", {"120 tea", "80 bus"}}};
    info.note = "_Only you see them._";
    CHECK(help_for(info, "./expenses") ==
          "*Command Name: `expenses`*\n"
          "Keep track of expenses\n\n"
          "*Usage:*\n\n"
          "*1. Show the sum*\n`./expenses`\n\n"
          "*2. Add one*\n`./expenses [amount] [what]`\n"
          "*Examples:*\n"
          "> ./expenses 120 tea\n"
          "> ./expenses 80 bus\n\n"
          "_Only you see them._");
}

TEST_CASE("in full, everybody's commands are listed and then told one by one") {
    auto note = command("note", "Keep a note");
    note.usages = {{"[text]", "Keep it", {"milk"}}};
    const auto help = help_in_full({note, command("setting", "Change settings", true)}, "./");
    CHECK_THAT(help, Catch::StartsWith("*Available commands:*\n\n*1. Keep a note*\n`./note`") &&
                         Catch::Contains("`./reset`") &&
                         Catch::EndsWith("\n\n*Command Name: `note`*\nKeep a note\n\n*Usage:*\n\n*1. Keep it*\n"
                                         "`./note [text]`\n*Examples:*\n> ./note milk"));
    CHECK_THAT(help, !Catch::Contains("setting"));
}

TEST_CASE("the help of a command without usages is its description") {
    CHECK(help_for(command("ping", "See whether the bot is there"), "/ping") ==
          "*Command Name: `ping`*\nSee whether the bot is there");
}

}  // namespace
}  // namespace parley::pipeline
