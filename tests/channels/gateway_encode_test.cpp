#include <catch2/catch.hpp>

#include "channels/gateway/encode.hpp"
#include "net/form.hpp"
#include "support/result_printer.hpp"
#include "support/text_source.hpp"

using namespace parley;
using namespace parley::channels;

namespace {

GatewayConfig make_config() {
    GatewayConfig config;
    config.base_url = "http://gateway.test:3000/wa/";
    return config;
}

Outbound make(OutboundKind kind, std::string text) {
    Outbound message;
    message.kind = kind;
    message.chat = "447700900123@s.whatsapp.net";
    message.text = std::move(text);
    return message;
}

Outbound make_media(std::string mime, std::string text = "") {
    Outbound message = make(OutboundKind::media, std::move(text));
    message.media.mime = std::move(mime);
    message.media.content = test::source_of(std::string("BYTES\r\n\0!", 9));
    return message;
}

net::ClientRequest encode(const Outbound& message, const GatewayConfig& config = make_config()) {
    const auto request = GatewayEncoder(config).send(message);
    REQUIRE(request);
    CHECK(request->method == "POST");
    CHECK(request->reach == net::Reach::any);
    CHECK(request->redirects == 0);
    return *request;
}

net::FormFields fields_of(const net::ClientRequest& request) {
    CHECK(request.headers.get("Content-Type") == "application/x-www-form-urlencoded");
    const auto fields = net::form_decode(request.body);
    REQUIRE(fields);
    return *fields;
}

bool has_part(const net::ClientRequest& request, const std::string& name, const std::string& value) {
    return request.body.find("name=\"" + name + "\"\r\n\r\n" + value + "\r\n") != std::string::npos;
}

}  // namespace

TEST_CASE("text goes out as a form") {
    Outbound message = make(OutboundKind::text, "5 < 6 & \"ü\" + \n=");
    const net::ClientRequest request = encode(message);
    CHECK(request.url == "http://gateway.test:3000/wa/send/message");
    CHECK(request.headers.get("Accept") == "application/json");
    CHECK_FALSE(request.headers.has("Authorization"));
    CHECK_FALSE(request.headers.has("X-Device-Id"));
    CHECK(fields_of(request) == net::FormFields{{"phone", message.chat}, {"message", message.text}});

    message.reply_to = "3EB0";
    CHECK(fields_of(encode(message)) ==
          net::FormFields{{"phone", message.chat}, {"message", message.text}, {"reply_message_id", "3EB0"}});
}

TEST_CASE("links, reactions and typing have endpoints of their own") {
    Outbound link = make(OutboundKind::link, "The map");
    link.link = "https://example.org/?a=1&b=2";
    const net::ClientRequest link_request = encode(link);
    CHECK(link_request.url == "http://gateway.test:3000/wa/send/link");
    CHECK(fields_of(link_request) ==
          net::FormFields{{"phone", link.chat}, {"link", link.link}, {"caption", "The map"}});
    // That endpoint knows no quotations.
    link.reply_to = "3EB0";
    const net::ClientRequest quoting = encode(link);
    CHECK(quoting.url == "http://gateway.test:3000/wa/send/message");
    CHECK(fields_of(quoting) == net::FormFields{{"phone", link.chat},
                                                {"message", "The map\nhttps://example.org/?a=1&b=2"},
                                                {"reply_message_id", "3EB0"}});
    link.text = "See https://example.org/?a=1&b=2 there";
    CHECK(fields_of(encode(link))[1].second == link.text);
    link.text.clear();
    CHECK(fields_of(encode(link))[1].second == link.link);

    Outbound reaction = make(OutboundKind::reaction, "👍");
    reaction.reply_to = "3EB0/../x?y";
    const net::ClientRequest reaction_request = encode(reaction);
    CHECK(reaction_request.url == "http://gateway.test:3000/wa/message/3EB0%2F..%2Fx%3Fy/reaction");
    CHECK(fields_of(reaction_request) == net::FormFields{{"phone", reaction.chat}, {"emoji", "👍"}});

    const GatewayEncoder encoder(make_config());
    const net::ClientRequest start = encoder.typing(link.chat, true), stop = encoder.typing(link.chat, false);
    CHECK(start.url == "http://gateway.test:3000/wa/send/chat-presence");
    CHECK(fields_of(start) == net::FormFields{{"phone", link.chat}, {"action", "start"}});
    CHECK(fields_of(stop) == net::FormFields{{"phone", link.chat}, {"action", "stop"}});
}

TEST_CASE("what was sent is edited and revoked by its id") {
    Outbound edit = make(OutboundKind::edit, "better");
    edit.reply_to = "3EB0/x";
    const net::ClientRequest edited = encode(edit);
    CHECK(edited.url == "http://gateway.test:3000/wa/message/3EB0%2Fx/update");
    CHECK(fields_of(edited) == net::FormFields{{"phone", edit.chat}, {"message", "better"}});
    Outbound revoke = make(OutboundKind::revoke, "");
    revoke.reply_to = "3EB0";
    const net::ClientRequest revoked = encode(revoke);
    CHECK(revoked.url == "http://gateway.test:3000/wa/message/3EB0/revoke");
    CHECK(fields_of(revoked) == net::FormFields{{"phone", edit.chat}});
    const GatewayEncoder encoder(make_config());
    revoke.reply_to.clear();
    CHECK_FALSE(encoder.send(revoke));
    edit.text.clear();
    CHECK_FALSE(encoder.send(edit));
}

TEST_CASE("files go to the endpoint of their type") {
    struct Row {
        const char *mime, *text;
        bool as_file;
        std::string endpoint;
    };
    for (const Row& row :
         {Row{"image/jpeg", "", false, "image"}, Row{"image/png", "hi", false, "image"},
          Row{"IMAGE/WebP; q=1", "", false, "image"}, Row{"image/gif", "", false, "file"},
          Row{"image/svg+xml", "", false, "file"}, Row{"video/mp4", "", false, "video"},
          Row{"video/webm", "", false, "file"}, Row{"audio/ogg; codecs=opus", "", false, "audio"},
          Row{"audio/mpeg", "a caption, which /send/audio would lose", false, "file"},
          Row{"application/pdf", "", false, "file"}, Row{"", "", false, "file"}, Row{"image/jpeg", "", true, "file"},
          Row{"video/mp4", "", true, "file"}, Row{"audio/mpeg", "", true, "file"}}) {
        INFO(row.mime << " " << row.text << " " << row.as_file);
        Outbound message = make_media(row.mime, row.text);
        message.as_file = row.as_file;
        message.media.name = "the name.bin";
        const net::ClientRequest request = encode(message);
        CHECK(request.url == "http://gateway.test:3000/wa/send/" + row.endpoint);
        CHECK(request.headers.get("Content-Type").starts_with("multipart/form-data; boundary="));
        CHECK(has_part(request, "phone", message.chat));
        CHECK(has_part(request, "caption", row.text) == !message.text.empty());
        CHECK(request.body.find("name=\"" + row.endpoint + "\"; filename=\"the name.bin\"") != std::string::npos);
        CHECK(test::whole_body(request).find(std::string("BYTES\r\n\0!\r\n--", 13)) != std::string::npos);
    }
}

TEST_CASE("voice notes and quotes, where the gateway knows them") {
    Outbound audio = make_media("audio/ogg");
    CHECK_FALSE(has_part(encode(audio), "ptt", "true"));
    audio.voice = true;
    audio.reply_to = "3EB0";
    CHECK(has_part(encode(audio), "ptt", "true"));
    CHECK(has_part(encode(audio), "reply_message_id", "3EB0"));
    Outbound image = make_media("image/png");
    image.reply_to = "3EB0";
    CHECK(has_part(encode(image), "reply_message_id", "3EB0"));
}

TEST_CASE("the device and the password travel in headers") {
    GatewayConfig config = make_config();
    config.basic_user = "Aladdin";
    config.basic_password = Secret("open sesame");
    config.device_id = "shop-1";
    config.timeout_ms = 1234;
    const net::ClientRequest request = encode(make(OutboundKind::text, "x"), config);
    CHECK(request.headers.get("Authorization") == "Basic QWxhZGRpbjpvcGVuIHNlc2FtZQ==");
    CHECK(request.headers.get("X-Device-Id") == "shop-1");
    CHECK(request.timeout_ms == 1234);
    Outbound large = make_media("video/mp4");
    large.media.content = test::source_of(std::string(5u << 20, 'v'));
    CHECK(encode(large, config).timeout_ms > 10'000);  // a slow line takes its time

    GatewayConfig in_url;
    in_url.base_url = "https://Aladdin:open%20sesame@gateway.test";
    const net::ClientRequest moved = encode(make(OutboundKind::text, "x"), in_url);
    CHECK(moved.url == "https://gateway.test/send/message");
    CHECK(moved.headers.get("Authorization") == "Basic QWxhZGRpbjpvcGVuIHNlc2FtZQ==");

    GatewayConfig broken = make_config();
    broken.device_id = "a\r\nX-Evil: 1";
    CHECK_THROWS_AS(GatewayEncoder(broken), std::invalid_argument);
}

TEST_CASE("messages that cannot be written down are refused") {
    const GatewayEncoder encoder(make_config());
    Outbound nowhere = make(OutboundKind::text, "x");
    nowhere.chat.clear();
    CHECK_FALSE(encoder.send(nowhere));
    CHECK_FALSE(encoder.send(make(OutboundKind::reaction, "👍")));
    Outbound lost = make_media("image/png");
    lost.media.content = nullptr;
    CHECK_FALSE(encoder.send(lost));
}

TEST_CASE("files are fetched from the gateway's statics only") {
    const GatewayEncoder encoder(make_config());
    const auto good = encoder.file("statics/media/1 ü.jpe", 77);
    REQUIRE(good);
    CHECK(good->method == "GET");
    CHECK(good->url == "http://gateway.test:3000/wa/statics/media/1%20%C3%BC.jpe");
    CHECK(good->max_response == 77);
    CHECK(encoder.file("/statics/media/1.jpe", 1)->url == "http://gateway.test:3000/wa/statics/media/1.jpe");
    for (const std::string& bad :
         {std::string(), std::string("statics/"), std::string("app/logout"), std::string("statics/../app/logout"),
          std::string("statics/%2e%2e/app/logout"), std::string("statics/a/%2E./b"), std::string("../statics/x"),
          std::string("//evil.test/statics/x"), std::string("http://evil.test/statics/x"), std::string("statics//x"),
          std::string("statics/..\\x"), std::string("statics/a%2fb"), std::string("statics/x\n"),
          std::string("statics"), std::string("statics/./x"), std::string("file:///etc/passwd"),
          std::string("staticsx/y"), std::string("statics/x/..")}) {
        INFO(bad);
        const auto refused = encoder.file(bad, 1);
        REQUIRE(!refused);
        CHECK(refused.error().code == Errc::denied);
    }
    // What would end the path in a URL is part of a name here.
    CHECK(encoder.file("statics/a?b#c", 1)->url == "http://gateway.test:3000/wa/statics/a%3Fb%23c");
    CHECK(encoder.download("3EB0/x", "1@g.us").url ==
          "http://gateway.test:3000/wa/message/3EB0%2Fx/download?phone=1%40g.us");
}
