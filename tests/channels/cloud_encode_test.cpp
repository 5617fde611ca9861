#include <catch2/catch.hpp>

#include "channels/cloud/encode.hpp"
#include "channels/cloud/file_kind.hpp"
#include "channels/linked_media.hpp"
#include "support/result_printer.hpp"
#include "support/text_source.hpp"

using namespace parley;
using namespace parley::channels;

namespace {

Outbound make(OutboundKind kind, std::string text = "hello") {
    Outbound message;
    message.kind = kind;
    message.chat = "16505551234";
    message.text = std::move(text);
    return message;
}

Outbound with_payload(OutboundKind kind, std::string payload) {
    Outbound message = make(kind, "");
    message.payload = std::move(payload);
    return message;
}

Outbound with_file(std::string mime, std::string text = "", std::size_t size = 10) {
    Outbound message = make(OutboundKind::media, std::move(text));
    message.media.mime = std::move(mime);
    message.media.name = "a.bin";
    message.media.content = test::source_of(std::string(size, 'x'));
    return message;
}

std::string encode(const Outbound& message, std::string_view media_id = {}) {
    const Result<std::string> json = encode_cloud_message(message, media_id);
    return json ? *json : "error: " + json.error().message;
}

const std::string kStart = R"({"messaging_product":"whatsapp","recipient_type":"individual","to":"+16505551234",)";

std::string type_of(const Outbound& message) {
    const Result<CloudFile> file = choose_cloud_file(message);
    return file ? std::string(file->type) : "error: " + file.error().message;
}

}  // namespace

TEST_CASE("a text, with a quote and our id") {
    CHECK(encode(make(OutboundKind::text)) == kStart + R"("type":"text","text":{"body":"hello"}})");
    Outbound reply = make(OutboundKind::text, "see https://example.org");
    reply.reply_to = "wamid.IN1";
    reply.id = 42;
    CHECK(encode(reply) == kStart + R"("type":"text","text":{"body":"see https://example.org","preview_url":true},)"
                                    R"("context":{"message_id":"wamid.IN1"},"biz_opaque_callback_data":"parley:42"})");
    Outbound link = make(OutboundKind::link, "The map");
    link.link = "https://example.org/map";
    CHECK(encode(link) ==
          kStart + R"("type":"text","text":{"body":"The map\nhttps://example.org/map","preview_url":true}})");
}

TEST_CASE("our ids survive the way through Meta") {
    CHECK(message_from_callback_data(callback_data(7'300'000'000'000'000'001)) == 7'300'000'000'000'000'001);
    for (const char* foreign : {"", "42", "parley:", "parley:x", "parley:4x", "parley:-4", "parley:0",
                                "parley:99999999999999999999", "other:42"})
        CHECK(message_from_callback_data(foreign) == 0);
}

TEST_CASE("recipients: numbers with their +, user ids apart, groups") {
    Outbound message = make(OutboundKind::text);
    const std::pair<const char*, const char*> cases[] = {
        {"16505551234", R"("recipient_type":"individual","to":"+16505551234")"},
        {"+16505551234", R"("recipient_type":"individual","to":"+16505551234")"},
        {"16505551234@s.whatsapp.net", R"("recipient_type":"individual","to":"+16505551234")"},
        {"US.13491208655302741918", R"("recipient_type":"individual","recipient":"US.13491208655302741918")"},
        {"US.ENT.1181", R"("recipient_type":"individual","recipient":"US.ENT.1181")"},
        {"Y2FwaV9ncm91cDox", R"("recipient_type":"group","to":"Y2FwaV9ncm91cDox")"},
        {"120363025246125486@g.us", R"("recipient_type":"group","to":"120363025246125486")"},
    };
    for (const auto& [chat, expected] : cases) {
        message.chat = chat;
        CHECK(encode(message).find(expected) != std::string::npos);
    }
    for (const char* bad : {"", "+", "@g.us", "123@lid", "not a chat", "a\"b", "US."}) {
        message.chat = bad;
        INFO(bad);
        CHECK(encode(message).starts_with("error: "));
    }
}

TEST_CASE("files go out by their id, as what WhatsApp shows") {
    CHECK(encode(with_file("image/jpeg", "Look"), "77777") ==
          kStart + R"("type":"image","image":{"id":"77777","caption":"Look"}})");
    CHECK(encode(with_file("application/pdf", "Minutes"), "77777") ==
          kStart + R"("type":"document","document":{"id":"77777","caption":"Minutes","filename":"a.bin"}})");
    CHECK(encode(with_file("audio/mpeg"), "77777") == kStart + R"("type":"audio","audio":{"id":"77777"}})");
    Outbound voice = with_file("audio/ogg; codecs=opus");
    voice.voice = true;
    CHECK(encode(voice, "77777") == kStart + R"("type":"audio","audio":{"id":"77777","voice":true}})");
    CHECK(encode(with_file("image/webp"), "77777") == kStart + R"("type":"sticker","sticker":{"id":"77777"}})");
    CHECK(encode(with_file("video/mp4"), "77777") == kStart + R"("type":"video","video":{"id":"77777"}})");

    Outbound link = with_file("image/png");
    link.media.content.reset();
    link.media.source = "https://example.org/a.png";
    CHECK(encode(link) == kStart + R"("type":"image","image":{"link":"https://example.org/a.png"}})");
    Outbound unknown = link;
    unknown.media = linked_media("https://example.org/report.xyz?v=1", "cloud").value();
    CHECK(encode(unknown) ==
          kStart +
              R"("type":"document","document":{"link":"https://example.org/report.xyz?v=1","filename":"report.xyz"}})");
    link.media.source = "statics/a.png";
    CHECK(encode(link) == "error: the file was not uploaded to Meta");
}

TEST_CASE("what WhatsApp would not show goes as a document, or is refused with words") {
    CHECK(type_of(with_file("image/jpeg")) == "image");
    CHECK(type_of(with_file("image/jpeg", "", 6u << 20)) == "document");
    CHECK(type_of(with_file("video/mp4", "", 17u << 20)) == "document");
    CHECK(type_of(with_file("audio/mpeg", "with a caption")) == "document");
    CHECK(type_of(with_file("image/webp", "", 600u << 10)) == "document");
    const auto sticker = [](std::string head, std::size_t size) {
        Outbound message = with_file("image/webp");
        head.resize(size, 'x');
        message.media.content = test::source_of(std::move(head));
        return type_of(message);
    };
    using namespace std::string_literals;
    const std::string webp = "RIFFxxxxWEBP", still = webp + "VP8X\x0a\0\0\0\x10"s, moves = webp + "VP8X\x0a\0\0\0\x12"s;
    for (const std::string& head : {still, webp + "VP8 ", webp + "VP8L"}) {
        CHECK(sticker(head, 100u << 10) == "sticker");
        CHECK(sticker(head, (100u << 10) + 1) == "document");
    }
    CHECK(sticker(moves, 500u << 10) == "sticker");
    CHECK(sticker(moves, (500u << 10) + 1) == "document");
    CHECK(type_of(with_file("text/csv")) == "document");
    CHECK(choose_cloud_file(with_file("text/csv"))->mime == "text/plain");
    CHECK(choose_cloud_file(with_file("audio/x-m4a"))->mime == "audio/mp4");
    CHECK(type_of(with_file("application/zip")).find("no files of the type application/zip") != std::string::npos);
    CHECK(type_of(with_file("")).find("unknown") != std::string::npos);
    CHECK(type_of(with_file("image/png", "", 0)) == "error: the file is empty");
    Outbound huge = with_file("application/pdf");
    huge.media.content.reset();
    huge.media.size = 101u << 20;
    CHECK(type_of(huge).find("at most 100 MiB") != std::string::npos);
    Outbound as_file = with_file("image/png");
    as_file.as_file = true;
    CHECK(type_of(as_file) == "document");
}

TEST_CASE("reactions, places, cards, choices and templates") {
    Outbound reaction = make(OutboundKind::reaction, "👍");
    reaction.reply_to = "wamid.IN1";
    CHECK(encode(reaction) == kStart + R"("type":"reaction","reaction":{"message_id":"wamid.IN1","emoji":"👍"}})");
    reaction.text.clear();
    CHECK(encode(reaction).find(R"("emoji":"")") != std::string::npos);
    reaction.reply_to.clear();
    CHECK(encode(reaction) == "error: the reaction names no message");

    CHECK(encode(with_payload(OutboundKind::location, R"({"latitude":"51.5","longitude":"-0.12","name":"Office"})")) ==
          kStart + R"("type":"location","location":{"latitude":"51.5","longitude":"-0.12","name":"Office"}})");
    CHECK(encode(with_payload(OutboundKind::contacts, R"([{"name":{"formatted_name":"Bob"}}])")) ==
          kStart + R"("type":"contacts","contacts":[{"name":{"formatted_name":"Bob"}}]})");
    const std::string buttons =
        R"({"type":"button","body":{"text":"Go?"},"action":{"buttons":[{"type":"reply","reply":{"id":"y","title":"Yes"}}]}})";
    CHECK(encode(with_payload(OutboundKind::interactive, buttons)) ==
          kStart + R"("type":"interactive","interactive":)" + buttons + "}");
    const std::string order = R"({"name":"order","language":{"code":"en_US"}})";
    CHECK(encode(with_payload(OutboundKind::template_message, order)) ==
          kStart + R"("type":"template","template":)" + order + "}");
}

TEST_CASE("limits are checked before anything is sent, in words") {
    CHECK(encode(make(OutboundKind::text, "")) == "error: the message has no text");
    CHECK(encode(make(OutboundKind::text, std::string(4096, 'x'))).starts_with("{"));
    CHECK(encode(make(OutboundKind::text, std::string(4097, 'x'))) ==
          "error: the text has 4097 characters, WhatsApp takes at most 4096");
    std::string umlauts;
    for (int i = 0; i < 4096; ++i) umlauts += "ü";
    CHECK(encode(make(OutboundKind::text, umlauts)).starts_with("{"));  // characters, not bytes
    CHECK(encode(with_file("image/png", std::string(1025, 'x')), "77777") ==
          "error: the caption has 1025 characters, WhatsApp takes at most 1024");
    CHECK(encode(with_payload(OutboundKind::location, R"({"latitude":91,"longitude":0})")) ==
          "error: the location: latitude: must be between -90 and 90");
    CHECK(encode(with_payload(OutboundKind::poll, "{}")) == "error: the Cloud API has no polls");
}

TEST_CASE("blue ticks and typing") {
    CHECK(encode_cloud_read("wamid.IN1") ==
          R"({"messaging_product":"whatsapp","status":"read","message_id":"wamid.IN1"})");
    CHECK(
        encode_cloud_typing("wamid.IN1") ==
        R"({"messaging_product":"whatsapp","status":"read","message_id":"wamid.IN1","typing_indicator":{"type":"text"}})");
}
