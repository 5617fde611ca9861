#include "talk/tools.hpp"

#include <boost/json.hpp>
#include <catch2/catch.hpp>

#include "support/result_printer.hpp"

namespace parley::talk {
namespace {

plugins::CommandInfo command(std::string name, std::vector<plugins::Usage> usages) {
    plugins::CommandInfo info;
    info.name = std::move(name);
    info.description = "Does something.";
    info.usages = std::move(usages);
    return info;
}

TEST_CASE("only commands that anybody may run and see are offered", "[tools]") {
    auto open = command("open", {{"[text]", "Say it.", {"hello"}}});
    auto admin = command("admin_only", {});
    admin.admin = true;
    auto internal = command("internal_only", {});
    internal.internal = true;
    const Offer offer({open, admin, internal});
    REQUIRE(offer.tools.size() == 1);
    CHECK(offer.tools[0].name == "open");
    CHECK_THAT(offer.tools[0].description, Catch::Contains("- [text]: Say it.") && Catch::EndsWith("\nExample: hello"));
    const auto schema = boost::json::parse(offer.tools[0].parameters);
    CHECK(schema.at("properties").at("arguments").at("type") == "string");
    CHECK(offer.find("open"));
    CHECK_FALSE(offer.find("admin_only"));
    CHECK_FALSE(offer.find("internal_only"));
    CHECK_FALSE(offer.find(""));
}

TEST_CASE("arguments of a model are checked against the command's usages", "[tools]") {
    const auto note = command("note", {{"-m [text] [--when time]", "Keep it.", {"-m milk"}}});
    CHECK(*arguments_from(note, R"({"arguments":" -m milk "})") == "-m milk");
    CHECK(*arguments_from(note, R"({"arguments":"-m milk --when noon"})") == "-m milk --when noon");
    CHECK(*arguments_from(note, R"({"arguments":"-mmilk"})") == "-mmilk");
    CHECK(*arguments_from(note, R"({"arguments":"-m '--force is text' -5"})") == "-m '--force is text' -5");
    CHECK(*arguments_from(note, R"({"arguments":null})") == "");
    CHECK(*arguments_from(note, "") == "");
    for (const char* wrong :
         {R"({"arguments":"--force milk"})", R"({"arguments":5})", R"({"arguments":"x","chat":"other"})", R"(["x"])",
          R"({"arguments":)", "milk", R"({"arguments":"a\u0000b"})"}) {
        CAPTURE(wrong);
        CHECK_FALSE(arguments_from(note, wrong));
    }
    CHECK_FALSE(arguments_from(note, R"({"arguments":")" + std::string(5'000, 'x') + "\"}"));

    const auto ping = command("ping", {{"", "Answers.", {}}});
    CHECK(*arguments_from(ping, "{}") == "");
    CHECK_FALSE(arguments_from(ping, R"({"arguments":"now"})"));
    CHECK(*arguments_from(command("free", {}), R"({"arguments":"--anything goes"})") == "--anything goes");
}

}  // namespace
}  // namespace parley::talk
