// echo, id and ping: every answer.
#include <catch2/catch.hpp>

#include "fixture.hpp"

TEST_CASE("ping") {
    Sample ping("ping");
    CHECK(ping.send("/ping").reply() == "pong");
    CHECK(ping.in_group("./ping").reply() == "pong");
}

TEST_CASE("echo answers with the text to the letter") {
    Sample echo("echo");
    CHECK(echo.send("/echo Hello!").reply() == "Hello!");
    CHECK(echo.send("/echo echo choe").reply() == "echo choe");
    CHECK(echo.send("/echo two  spaces\nand a line").reply() == "two  spaces\nand a line");
    CHECK(echo.send("/echo -x --y \"z\"").reply() == "-x --y \"z\"");
    CHECK(echo.in_group("./echo hi").sent.at(0).to == "120363000000000001@g.us");
}

TEST_CASE("echo answers with the longest text that the messenger takes") {
    Sample echo("echo");
    std::string text;
    for (int i = 0; i < 65'536 - 6; ++i) text += "😀";
    CHECK(echo.send("/echo " + text).reply() == text);
}

TEST_CASE("echo without a text sends help") {
    Sample echo("echo");
    const std::string help =
        "*Command Name: `echo`*\nEchoes the message.\n\n*Usage:*\n\n"
        "*1. Echo message.*\n`/echo [message]`\n*Examples:*\n> /echo Hello!\n> /echo This is a test message.\n\n"
        "*2. Echo image/video/document with caption.*\n`/echo [caption]`\n*Examples:*\n"
        "> /echo Hello! (Attach image)\n> /echo This is a test message. (Attach video)\n\nEchoes the message.";
    CHECK(echo.send("/echo").reply() == help);
    CHECK(echo.send("/echo -h").reply() == help);
    CHECK(echo.send("/echo --help").reply() == help);
}

TEST_CASE("echo forwards the attached file") {
    Sample echo("echo");
    const auto outcome = echo.host.send({.text = "/echo a caption",
                                         .media_kind = "document",
                                         .media_mime = "application/pdf",
                                         .media_name = "a.pdf",
                                         .media = "%PDF"});
    REQUIRE(outcome.sent.size() == 1);
    const auto& sent = outcome.sent[0];
    CHECK(sent.kind == parley::Outgoing::Kind::media);
    CHECK(sent.text == "a caption");
    CHECK(sent.media == "%PDF");
    CHECK(sent.media_mime == "application/pdf");
    CHECK(sent.media_name == "a.pdf");
    CHECK(sent.as_file);

    const auto image =
        echo.host.send({.text = "/echo", .media_kind = "image", .media_mime = "image/png", .media = "x"});
    CHECK(image.sent.at(0).text.empty());
    CHECK_FALSE(image.sent.at(0).as_file);
}

TEST_CASE("echo says why it cannot forward a file, and has not failed") {
    Sample echo("echo");
    const auto outcome = echo.host.send(
        {.text = "/echo", .media_kind = "image", .media = "x", .media_problem = "it is larger than 5 MiB"});
    CHECK(outcome.reply() == "Sorry, the file could not be fetched: it is larger than 5 MiB.");
    CHECK(outcome.status == PARLEY_INVALID);
}

TEST_CASE("id tells message, sender and group") {
    Sample id("id");
    CHECK(id.host.send({.text = "/id", .id = "3EB0"}).reply() ==
          "*IDs*\n- *Message ID*: 3EB0\n- *Sender ID*: 923001234567");
    CHECK(id.host.send({.text = "./id", .group = "120363000000000001", .id = "3EB1"}).reply() ==
          "*IDs*\n- *Message ID*: 3EB1\n- *Sender ID*: 923001234567\n- *Group ID*: 120363000000000001");
}
