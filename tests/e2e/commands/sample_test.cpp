// The sample commands, as people use them.
#include <catch2/catch.hpp>

#include "commands/stage.hpp"

namespace parley::e2e {

using Catch::Matchers::Contains;
using Catch::Matchers::StartsWith;

Stage& stage() {
    static Stage one;
    return one;
}

TEST_CASE("echo, ping and id answer in the chat they were asked in") {
    auto& say = stage().say;
    const auto echo = say.ask({.text = "/echo Hello, world & all = 100% +\n\"two\" lines"});
    CHECK(echo.path == "/send/message");
    CHECK(echo.to() == "923002222222@s.whatsapp.net");
    CHECK(echo.text() == "Hello, world & all = 100% +\n\"two\" lines");
    CHECK(say.direct("/ping") == "pong");
    CHECK(say.direct("/echo سلام 👋") == "سلام 👋");
    CHECK(say.answer({.text = "/id", .id = "WHO1"}) == "*IDs*\n- *Message ID*: WHO1\n- *Sender ID*: 923002222222");
    const auto in_group = say.ask({.text = "./id", .group = "120363025246125486", .id = "WHO2"});
    CHECK(in_group.to() == "120363025246125486@g.us");
    CHECK(in_group.text() ==
          "*IDs*\n- *Message ID*: WHO2\n- *Sender ID*: 923002222222\n- *Group ID*: 120363025246125486");
}

TEST_CASE("echo sends a file back, byte for byte") {
    auto& world = stage();
    std::string bytes = "\x89PNG\r\n\x1a\n--boundary\r\n";
    for (int i = 0; i < 100'000; ++i) bytes += static_cast<char>(i * 31 + i / 256);
    world.gateway.serve_file("kettle.png", bytes);
    world.gateway.serve_file("plan.pdf", "%PDF-1.4 not much of one");

    const auto image = world.say.ask(
        {.text = "",
         .extra =
             R"("image":{"media_path":"statics/media/kettle.png","mime_type":"image/png","caption":"/echo look"})"});
    CHECK(image.path == "/send/image");
    CHECK(image.text() == "look");
    CHECK(image.file_mime == "image/png");
    CHECK((image.file_bytes == bytes));

    const auto document = world.say.ask(
        {.text = "",
         .extra =
             R"("document":{"media_path":"statics/media/plan.pdf","mime_type":"application/pdf","caption":"/echo"})"});
    CHECK(document.path == "/send/file");
    CHECK(document.field("caption").empty());
    CHECK(document.file_bytes == "%PDF-1.4 not much of one");
}

TEST_CASE("help lists what the asker can do, and tells about one command") {
    auto& say = stage().say;
    const auto help = say.direct("/help");
    CHECK_THAT(help, StartsWith("*Available commands:*") && Contains("`/echo`") && Contains("`/ping`") &&
                         Contains("Show this message*\n`/help`"));
    CHECK_THAT(help, !Contains("kharchey") && !Contains("blacklist"));
    CHECK_THAT(say.direct("/"), StartsWith("*Available commands:*"));
    const auto admin_help = say.as_admin("/admin help");
    CHECK_THAT(admin_help, Contains("`/admin blacklist`") && Contains("`/admin help`") && !Contains("`/ping`"));
    CHECK_THAT(say.answer({.text = "./help", .group = "120363025246125486"}), Contains("`./echo`"));

    const auto echo_help = say.direct("/echo help");
    CHECK_THAT(echo_help, StartsWith("*Command Name: `echo`*\nEchoes the message.") && Contains("`/echo [message]`") &&
                              Contains("> /echo Hello!"));
    CHECK(say.direct("/echo") == echo_help);
    CHECK_THAT(say.as_admin("/admin admin help"), Contains("`/admin admin -a [number]") || Contains("/admin admin"));
}

TEST_CASE("admin adds, lists and removes admins") {
    auto& say = stage().say;
    const std::string other = "923004444444";
    CHECK(say.direct("/admin help", other) == "You are not an admin and cannot use admin commands.");
    CHECK(say.as_admin("/admin admin -a " + other) == "*Admins added*: " + other + ".");
    CHECK_THAT(say.direct("/admin help", other), StartsWith("*Available commands:*"));
    CHECK(say.as_admin("/admin admin -a " + other) == "*Already admins*: " + other + ".");
    CHECK(say.as_admin("/admin admin -g") == "*Admins*: " + admin_number + ", " + other);
    CHECK(say.as_admin("/admin admin -r " + other) == "*Admins removed*: " + other + ".");
    CHECK(say.as_admin("/admin admin -r " + other) == other + " is not an admin.");
    CHECK(say.as_admin("/admin admin -r " + admin_number) ==
          "The last admin cannot be removed. Add another admin first.");
    CHECK(say.as_admin("/admin admin -a nobody") == "`nobody` is not a phone number.");
    CHECK(say.direct("/admin help", other) == "You are not an admin and cannot use admin commands.");
}

TEST_CASE("settings are shown and changed") {
    auto& say = stage().say;
    CHECK(say.as_admin("/admin setting -g debug") == "*debug*: false");
    CHECK(say.as_admin("/admin setting -g nosuch") == "Setting `nosuch` not found.");
    CHECK(say.as_admin("/admin setting -c nosuch 1") == "Setting `nosuch` not found.");
    CHECK(say.as_admin("/admin setting -c debug maybe") == "Setting `debug` not changed: debug must be true or false");
    CHECK_THAT(say.as_admin("/admin setting -g all"), Contains("- *admin_ids*: " + admin_number));
    CHECK(say.as_admin("/admin setting -c ocr_space_api_key sk-verysecret") == "Setting `ocr_space_api_key` changed.");
    CHECK_THAT(say.as_admin("/admin setting -g all"), !Contains("sk-verysecret"));

    CHECK(say.as_admin("/admin setting -c admin_command_prefix !") == "Setting `admin_command_prefix` changed to `!`.");
    CHECK_THAT(say.as_admin("/! help"), Contains("`/! setting`"));
    CHECK(say.as_admin("/admin help") ==
          "Command `admin` not found. Write `/help` (or `/! help` if you are an admin) to "
          "see available commands.");
    CHECK(say.as_admin("/! setting -c admin_command_prefix admin") ==
          "Setting `admin_command_prefix` changed to `admin`.");
}

TEST_CASE("an announcement reaches everyone who ever wrote, once") {
    auto& world = stage();
    const std::vector<std::string> people{"923005550001", "923005550002", "923005550003"};
    for (const auto& person : people) CHECK(world.say.direct("/ping", person) == "pong");
    world.say.answer({.text = "./ping", .from = "923005550004", .group = "120363025246125486"});
    CHECK_THAT(world.say.as_admin("/admin announce -l"), Contains("roups"));
    CHECK(world.say.as_admin("/admin announce -g nosuch -m hi") == "There is nobody in the group `nosuch`.");
    CHECK(world.say.as_admin("/admin announce -g all -m Hello, everyone!") == "Hello, everyone!");
    const auto told = [&](const std::string& chat) {
        std::size_t count = 0;
        for (const auto& call : world.gateway.calls_to(chat)) count += call.text() == "Hello, everyone!" ? 1 : 0;
        return count;
    };
    for (const auto& person : {people[0], people[1], people[2], std::string("923005550004")}) {
        CHECK(eventually([&] { return told(person + "@s.whatsapp.net") > 0; }));
        CHECK(told(person + "@s.whatsapp.net") == 1);
    }
    CHECK(told(admin_number + "@s.whatsapp.net") == 1);

    // A group of the admins' own.
    CHECK(world.say.as_admin("/admin announce -p family " + people[0] + " " + people[2]) ==
          "*Put into family*: " + people[0] + ", " + people[2] + ".");
    CHECK(world.say.as_admin("/admin announce -p family 923005559999") == "*Never wrote to me*: 923005559999.");
    CHECK_THAT(world.say.as_admin("/admin announce -l"), Contains("\n- family") && Contains("\n- signedup"));
    CHECK(world.say.as_admin("/admin announce -g family -m Dinner!") == "Dinner!");
    const auto invited = [&](const std::string& person) {
        const auto calls = world.gateway.calls_to(person + "@s.whatsapp.net");
        return !calls.empty() && calls.back().text() == "Dinner!";
    };
    CHECK(eventually([&] { return invited(people[0]) && invited(people[2]); }));
    CHECK_FALSE(invited(people[1]));
}

TEST_CASE("the expenses group keeps a list for everyone in it") {
    auto& world = stage();
    const std::string group = "120363077777777777";
    REQUIRE(world.say.as_admin("/admin setting -c kharchey_group_id " + group) ==
            "Setting `kharchey_group_id` changed to `" + group + "`.");
    const auto write = [&](const std::string& text, const std::string& from = "923006660001") {
        return world.say.answer({.text = text, .from = from, .group = group});
    };
    CHECK(write("100 Milk") == "*List*\n1. `100` Milk\n\n*Total: 100*");
    CHECK(write("2x50 Chips\n30 Tea") == "*List*\n1. `100` Milk\n2. `2x50=100` Chips\n3. `30` Tea\n\n*Total: 230*");
    CHECK(write("7 Gum", "923006660002") == "*List*\n1. `7` Gum\n\n*Total: 7*");
    CHECK(write("Edit 1 120 Cream") == "*List*\n1. `120` Cream\n2. `2x50=100` Chips\n3. `30` Tea\n\n*Total: 250*");
    CHECK_THAT(write("Edit 9 1 x"), StartsWith("There is no item 9 in your list.\n*List*"));
    CHECK(write("Clear 1 3") == "*List*\n1. `2x50=100` Chips\n\n*Total: 100*");
    CHECK(write("List") == "*List*\n1. `2x50=100` Chips\n\n*Total: 100*");
    CHECK_THAT(write("list all"), Contains("Chips") && Contains("Gum") && Contains("*Total: 107*"));
    CHECK_THAT(write("List withtime"), Contains("M` `2x50=100` Chips"));
    CHECK(write("./kharchey 5 Nuts", "923006660002") == "*List*\n1. `7` Gum\n2. `5` Nuts\n\n*Total: 12*");
    CHECK(write("Clear") == "*List*\nNo items in list");
    CHECK_THAT(write("Help"), StartsWith("*Command Name: `kharchey`*"));
    CHECK(world.say.answers_before_ping({.text = "good morning all", .from = "923006660001", .group = group}, "./ping")
              .empty());
}

TEST_CASE("admins control plugins from the chat") {
    auto& say = stage().say;
    CHECK_THAT(say.as_admin("/admin plugin list"), StartsWith("*Plugins:*") && Contains("\n- *echo* 1.0.0: serving") &&
                                                       Contains("\n- *expenses* 1.0.0: serving"));
    CHECK_THAT(say.as_admin("/admin plugin info id"), StartsWith("*id* 1.0.0") && Contains("*State*: serving") &&
                                                          Contains("*Commands*: id") &&
                                                          Contains("*Capabilities*: messaging"));
    CHECK(say.as_admin("/admin plugin info nosuch") == "Plugin `nosuch` not found.");
    for (const std::string file : {"nosuch.so", "../nosuch.so", "/etc/passwd"})
        CHECK(say.as_admin("/admin plugin load " + file) ==
              "There is no file `" + file + "` in the plugins directory.");

    CHECK_THAT(say.as_admin("/admin plugin reload id"), Contains("id"));
    CHECK_THAT(say.direct("/id"), StartsWith("*IDs*"));
    CHECK_THAT(say.as_admin("/admin plugin disable id"), Contains("id"));
    CHECK(say.direct("/id") == not_found("id"));
    CHECK_THAT(say.as_admin("/admin plugin list"), Contains("*id* 1.0.0: disabled"));
    CHECK_THAT(say.as_admin("/admin plugin enable id"), Contains("id"));
    CHECK_THAT(say.direct("/id"), StartsWith("*IDs*"));
    CHECK_THAT(say.as_admin("/admin plugin unload id"), Contains("id"));
    CHECK(say.direct("/id") == not_found("id"));
    CHECK_THAT(say.as_admin("/admin plugin load id.so"), Contains("id"));
    CHECK_THAT(say.direct("/id"), StartsWith("*IDs*"));
}

}  // namespace parley::e2e
