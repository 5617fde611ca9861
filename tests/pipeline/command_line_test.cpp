#include "pipeline/command_line.hpp"

#include <catch2/catch.hpp>

namespace parley::pipeline {
namespace {

// What was asked for, in one line: "name|arguments", "admin:name|arguments", "text:...", or the reason of a rejection.
std::string ask(std::string_view text, bool in_group = false, bool is_admin = false,
                std::string_view prefix = "admin") {
    const Request request = parse_request(text, {in_group, is_admin, prefix});
    if (const auto* command = std::get_if<Command>(&request))
        return (command->admin ? "admin:" : "") + command->name + "|" + command->arguments;
    if (const auto* plain = std::get_if<PlainText>(&request)) return "text:" + plain->text;
    return std::string(name_of(std::get<Rejection>(request)));
}

TEST_CASE("commands in a direct chat") {
    struct Row {
        const char *text, *meaning;
    };
    const Row rows[] = {
        {"/echo", "echo|"},
        {"/echo hello", "echo|hello"},
        {"/echo   hello  world ", "echo|hello  world"},
        {"/echo first\nsecond\n  third", "echo|first\nsecond\n  third"},
        {"/echo\nfirst", "echo|first"},
        {"/echo\thello", "echo|hello"},
        {"/ echo hello", "echo|hello"},
        {"/", "help|"},
        {"/   ", "help|"},
        {"//echo", "/echo|"},
        {"/Echo Hello", "Echo|Hello"},
        {"/echo \"a b\" 'c", "echo|\"a b\" 'c"},
        {"/echo \xd8\xb3\xd9\x84\xd8\xa7\xd9\x85", "echo|\xd8\xb3\xd9\x84\xd8\xa7\xd9\x85"},
        {"/adminecho", "adminecho|"},
        {"/echo admin", "echo|admin"},
        {"hello", "text:hello"},
        {"  hello ", "text:hello"},
        {" /echo", "text:/echo"},
        {".echo", "text:.echo"},
        {"./echo", "text:./echo"},
        {"", "text:"},
    };
    for (const auto& row : rows) {
        INFO("\"" << row.text << "\"");
        CHECK(ask(row.text) == row.meaning);
    }
}

TEST_CASE("a group message is for the bot when it begins with one dot") {
    struct Row {
        const char *text, *meaning;
    };
    const Row rows[] = {
        {"./echo hello", "echo|hello"},
        {". /echo hello", "echo|hello"},
        {"./", "help|"},
        {".hello there", "text:hello there"},
        {". hello", "text:hello"},
        {".", "not_valid"},
        {"..", "not_valid"},
        {"...", "not_valid"},
        {"..hello", "not_valid"},
        {"../echo", "not_valid"},
        {"hello", "not_valid"},
        {"/echo", "not_valid"},
        {" ./echo", "not_valid"},
        {"", "not_valid"},
    };
    for (const auto& row : rows) {
        INFO("\"" << row.text << "\"");
        CHECK(ask(row.text, true) == row.meaning);
    }
}

TEST_CASE("the admin prefix is for admins") {
    CHECK(ask("/admin setting get x", false, true) == "admin:setting|get x");
    CHECK(ask("./admin setting", true, true) == "admin:setting|");
    CHECK(ask("/admin\nsetting\nx", false, true) == "admin:setting|x");
    CHECK(ask("/admin", false, true) == "admin:help|");
    CHECK(ask("/admin  ", false, true) == "admin:help|");
    CHECK(ask("/admin admin", false, true) == "admin:admin|");
    CHECK(ask("/admin setting", false, false) == "not_admin");
    CHECK(ask("/admin", false, false) == "not_admin");
    CHECK(ask("./admin help", true, false) == "not_admin");
    CHECK(ask("/Admin x", false, true) == "Admin|x");
    CHECK(ask("admin setting", false, true) == "text:admin setting");
}

TEST_CASE("the admin prefix is a setting") {
    CHECK(ask("/boss setting x", false, true, "boss") == "admin:setting|x");
    CHECK(ask("/admin setting x", false, true, "boss") == "admin|setting x");
    CHECK(ask("/boss", false, false, "boss") == "not_admin");
    CHECK(ask("/", false, false, "") == "help|");
}

TEST_CASE("how commands are typed in this chat") {
    CHECK(command_prefix(false, false, "admin") == "/");
    CHECK(command_prefix(true, false, "admin") == "./");
    CHECK(command_prefix(false, true, "admin") == "/admin ");
    CHECK(command_prefix(true, true, "boss") == "./boss ");
}

}  // namespace
}  // namespace parley::pipeline
