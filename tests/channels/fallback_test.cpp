#include <catch2/catch.hpp>

#include "channels/fallback.hpp"
#include "channels/linked_media.hpp"
#include "support/result_printer.hpp"

using namespace parley;
using namespace parley::channels;

namespace {

Outbound make(OutboundKind kind, std::string text) {
    Outbound message;
    message.kind = kind;
    message.chat = "447700900123";
    message.text = std::move(text);
    message.reply_to = "M1";
    message.id = 9;
    return message;
}

const Capabilities kNothing{};
const Capabilities kAll{.media = true, .link = true, .reaction = true, .typing = true, .groups = true};

Outbound fallen(Outbound message, const Capabilities& capabilities) {
    return with_fallback(std::move(message), capabilities).value();
}

}  // namespace

TEST_CASE("what a channel can do stays as it is") {
    for (const OutboundKind kind :
         {OutboundKind::text, OutboundKind::media, OutboundKind::link, OutboundKind::reaction}) {
        const Outbound kept = fallen(make(kind, "x"), kAll);
        CHECK(kept.kind == kind);
        CHECK(kept.text == "x");
    }
    CHECK(fallen(make(OutboundKind::text, "x"), kNothing).text == "x");
}

TEST_CASE("a link becomes its caption and its address") {
    Outbound link = make(OutboundKind::link, "The map");
    link.link = "https://example.org/map";
    const Outbound text = fallen(link, kNothing);
    CHECK(text.kind == OutboundKind::text);
    CHECK(text.text == "The map\nhttps://example.org/map");
    CHECK(text.link.empty());
    CHECK(text.id == 9);
    CHECK(text.reply_to == "M1");

    link.text = "";
    CHECK(fallen(link, kNothing).text == "https://example.org/map");
    link.text = "see https://example.org/map";
    CHECK(fallen(link, kNothing).text == "see https://example.org/map");
}

TEST_CASE("a file becomes its caption and its name") {
    Outbound file = make(OutboundKind::media, "Minutes");
    file.media.kind = MediaKind::document;
    file.media.name = "minutes.pdf";
    file.voice = file.as_file = true;
    const Outbound text = fallen(file, kNothing);
    CHECK(text.kind == OutboundKind::text);
    CHECK(text.text == "Minutes\n[document: minutes.pdf]");
    CHECK(text.media.kind == MediaKind::none);
    CHECK_FALSE(text.voice);
    CHECK_FALSE(text.as_file);

    file.text.clear();
    file.media = Media{};
    CHECK(fallen(file, kNothing).text == "[file]");
}

TEST_CASE("a reaction becomes its emoji, its removal says so") {
    const Outbound text = fallen(make(OutboundKind::reaction, "👍"), kNothing);
    CHECK(text.kind == OutboundKind::text);
    CHECK(text.text == "👍");
    CHECK(text.reply_to == "M1");
    CHECK_FALSE(fallen(make(OutboundKind::reaction, ""), kNothing).text.empty());
}

TEST_CASE("structured messages become text where a channel cannot send them") {
    const std::pair<OutboundKind, const char*> cases[] = {
        {OutboundKind::location, R"({"latitude":1,"longitude":2,"name":"Office"})"},
        {OutboundKind::contacts, R"([{"name":{"formatted_name":"Bob"}}])"},
        {OutboundKind::interactive,
         R"({"type":"button","body":{"text":"Go?"},"action":{"buttons":[{"type":"reply","reply":{"id":"y","title":"Yes"}}]}})"},
        {OutboundKind::template_message, R"({"name":"order","language":{"code":"en"}})"},
        {OutboundKind::poll, R"({"question":"Tea?","options":["yes","no"]})"},
    };
    const Capabilities structured{
        .location = true, .contacts = true, .interactive = true, .templates = true, .poll = true};
    for (const auto& [kind, payload] : cases) {
        Outbound message = make(kind, "");
        message.payload = payload;
        const Outbound kept = fallen(message, structured);
        CHECK(kept.kind == kind);
        CHECK(kept.payload == payload);
        const Outbound text = fallen(message, kNothing);
        CHECK(text.kind == OutboundKind::text);
        CHECK_FALSE(text.text.empty());
        CHECK(text.payload.empty());
        CHECK(text.reply_to == "M1");
    }
}

TEST_CASE("what changes an earlier message is said in no other way") {
    for (const OutboundKind kind : {OutboundKind::edit, OutboundKind::revoke}) {
        const auto refused = with_fallback(make(kind, "x"), kAll);
        REQUIRE(!refused);
        CHECK(refused.error().code == Errc::unsupported);
        CHECK(refused.error().message.find(to_string(kind)) != std::string::npos);
        CHECK(fallen(make(kind, "x"), Capabilities{.corrections = true}).kind == kind);
    }
}

TEST_CASE("what a link leads to is told by its last letters") {
    const Media image = linked_media("https://example.org/p/A.JPG?size=2#x", "gateway").value();
    CHECK(image.kind == MediaKind::image);
    CHECK(image.mime == "image/jpeg");
    CHECK(image.source == "https://example.org/p/A.JPG?size=2#x");
    CHECK(image.name.empty());
    const Media menu = linked_media("http://example.org/menu.pdf", "twilio").value();
    CHECK(menu.kind == MediaKind::document);
    CHECK(menu.name == "menu.pdf");
    const Media unknown = linked_media("https://example.org/jpg", "cloud").value();
    CHECK(unknown.name == "jpg");
    CHECK(linked_media("/etc/passwd", "cloud").error().code == Errc::invalid);
    CHECK(linked_media("https://example.org/a.jpg", "support").error().code == Errc::unsupported);
}
