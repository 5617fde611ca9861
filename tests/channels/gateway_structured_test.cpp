// Kinds of messages beyond text, files, links and reactions, as requests to the gateway.
#include <boost/json.hpp>
#include <catch2/catch.hpp>

#include "channels/gateway/encode.hpp"
#include "channels/gateway/gateway_channel.hpp"
#include "net/form.hpp"
#include "support/result_printer.hpp"
#include "support/text_source.hpp"

using namespace parley;
using namespace parley::channels;

namespace {

const std::string kChat = "447700900123@s.whatsapp.net";

GatewayConfig make_config() {
    GatewayConfig config;
    config.base_url = "http://gateway.test:3000";
    return config;
}

Outbound make(OutboundKind kind, std::string payload = "") {
    Outbound message;
    message.kind = kind;
    message.chat = kChat;
    message.payload = std::move(payload);
    return message;
}

net::ClientRequest encode(const Outbound& message) {
    const auto request = GatewayEncoder(make_config()).send(message);
    REQUIRE(request);
    CHECK(request->method == "POST");
    return *request;
}

// The endpoint and the JSON sent there.
std::pair<std::string, boost::json::value> encode_json(OutboundKind kind, const std::string& payload) {
    const net::ClientRequest request = encode(make(kind, payload));
    CHECK(request.headers.get("Content-Type") == "application/json");
    return {request.url.substr(24), boost::json::parse(request.body)};
}

std::string encode_text(OutboundKind kind, const std::string& payload) {
    const net::ClientRequest request = encode(make(kind, payload));
    CHECK(request.url == "http://gateway.test:3000/send/message");
    CHECK(net::form_value(request.body, "phone") == kChat);
    return net::form_value(request.body, "message").value();
}

std::string refusal(OutboundKind kind, const std::string& payload) {
    const auto request = GatewayEncoder(make_config()).send(make(kind, payload));
    REQUIRE(!request);
    return request.error().message;
}

bool has_part(const net::ClientRequest& request, const std::string& name, const std::string& value) {
    return request.body.find("name=\"" + name + "\"\r\n\r\n" + value + "\r\n") != std::string::npos;
}

}  // namespace

TEST_CASE("a place is a pin, with a name it is text") {
    const auto [endpoint, body] = encode_json(OutboundKind::location, R"({"latitude":37.5,"longitude":-122.1616})");
    CHECK(endpoint == "/send/location");
    CHECK(body == boost::json::parse(R"({"phone":"447700900123@s.whatsapp.net","latitude":"37.5",)"
                                     R"("longitude":"-122.1616"})"));
    CHECK(encode_text(OutboundKind::location, R"({"latitude":1,"longitude":2,"name":"Here","address":"A Road"})") ==
          "Here\nA Road\nhttps://maps.google.com/?q=1,2");
    for (const char* bad : {"", "{}", R"({"latitude":91,"longitude":0})"}) refusal(OutboundKind::location, bad);
}

TEST_CASE("one contact with one number is a contact, more is text") {
    const auto [endpoint, body] = encode_json(
        OutboundKind::contacts, R"([{"name":{"formatted_name":"Amina"},"phones":[{"phone":"+447700900124"}]}])");
    CHECK(endpoint == "/send/contact");
    CHECK(body == boost::json::parse(R"({"phone":"447700900123@s.whatsapp.net","contact_name":"Amina",)"
                                     R"("contact_phone":"+447700900124"})"));
    CHECK(encode_text(OutboundKind::contacts,
                      R"([{"name":{"formatted_name":"A"},"phones":[{"phone":"1"},{"phone":"2"}]},
                          {"name":{"formatted_name":"B"},"emails":[{"email":"b@x.test"}]}])") ==
          "A\n1\n2\n\nB\nb@x.test");
    CHECK(encode_text(OutboundKind::contacts, R"([{"name":{"formatted_name":"A"}}])") == "A");
    for (const char* bad : {"", "[]", "{}", "[{}]"}) refusal(OutboundKind::contacts, bad);
}

TEST_CASE("a poll") {
    const auto [endpoint, body] =
        encode_json(OutboundKind::poll, R"({"question":"When?","options":["Mon","Tue"],"max_answers":2})");
    CHECK(endpoint == "/send/poll");
    CHECK(body == boost::json::parse(R"({"phone":"447700900123@s.whatsapp.net","question":"When?",)"
                                     R"("options":["Mon","Tue"],"max_answer":2})"));
    CHECK(encode_json(OutboundKind::poll, R"({"question":"?","options":["a","b"]})").second.at("max_answer") == 1);
    CHECK(refusal(OutboundKind::poll, R"({"options":["a","b"]})") == "question: is missing");
    CHECK(refusal(OutboundKind::poll, R"({"question":"?","options":["a"]})") == "options: needs at least two");
}

TEST_CASE("what the gateway cannot say is refused") {
    CHECK(refusal(OutboundKind::interactive, "{}").find("interactive") != std::string::npos);
    CHECK(refusal(OutboundKind::template_message, "{}").find("template") != std::string::npos);
}

TEST_CASE("stickers have an endpoint of their own") {
    Outbound sticker = make(OutboundKind::media);
    sticker.reply_to = "3EB0";  // the endpoint knows no quotes
    sticker.media.kind = MediaKind::sticker;
    sticker.media.mime = "image/webp";
    sticker.media.content = test::source_of("WEBP");
    const net::ClientRequest request = encode(sticker);
    CHECK(request.url == "http://gateway.test:3000/send/sticker");
    CHECK(request.body.find("name=\"sticker\"; filename=") != std::string::npos);
    CHECK(request.body.find("reply_message_id") == std::string::npos);
    sticker.text = "with words";
    CHECK(encode(sticker).url == "http://gateway.test:3000/send/image");
}

TEST_CASE("files elsewhere go out by their links") {
    for (const auto& [mime, endpoint] : std::vector<std::pair<std::string, std::string>>{
             {"image/png", "image"}, {"video/mp4", "video"}, {"audio/ogg", "audio"}, {"application/pdf", "file"}}) {
        Outbound file = make(OutboundKind::media);
        file.media.mime = mime;
        file.media.source = "https://cdn.example.com/a";
        const net::ClientRequest request = encode(file);
        CHECK(request.url == "http://gateway.test:3000/send/" + endpoint);
        CHECK(has_part(request, endpoint + "_url", "https://cdn.example.com/a"));
        CHECK(request.body.find("filename=") == std::string::npos);
        file.media.content = test::source_of("BYTES");  // what is here is sent from here
        CHECK(encode(file).body.find("_url") == std::string::npos);
    }
    Outbound lost = make(OutboundKind::media);
    lost.media.source = "statics/media/1.jpe";
    CHECK_FALSE(GatewayEncoder(make_config()).send(lost));
}

TEST_CASE("the blue ticks") {
    std::vector<std::string> asked;
    GatewayChannel channel(1, make_config(), [&](net::ClientRequest request, UniqueFunction<void(net::ClientResult)>) {
        asked.push_back(request.url + " " + request.body);
    });
    const Capabilities can = channel.capabilities();
    CHECK((can.location && can.contacts && can.poll && !can.interactive && !can.templates));
    channel.mark_read(kChat, "3EB0/x");
    channel.mark_read(kChat, "");
    channel.mark_read(kChat, "sha256:00");
    CHECK(asked == std::vector<std::string>{
                       "http://gateway.test:3000/message/3EB0%2Fx/read phone=447700900123%40s.whatsapp.net"});
}
