// What the gateway channel sends, judged by a server that is made of the gateway's own description.
#include <set>

#include "channels/fallback.hpp"
#include "channels/gateway/gateway_channel.hpp"
#include "channels/prism_call.hpp"
#include "net/fixtures.hpp"
#include "support/text_source.hpp"

using namespace parley;
using namespace parley::channels;

namespace {

const std::string description = test::description_path("gowa-v9.prism.json");

// Passes requests on to Prism and keeps the answer.
class Judge {
public:
    auto exchange() {
        return [this](net::ClientRequest request, UniqueFunction<void(net::ClientResult)> done) {
            auto result = client_.send(std::move(request));
            status = result ? result->status : 0;
            words = result ? result->body : result.error().error.message;
            done(std::move(result));
        };
    }

    test::Prism prism{description};
    int status = 0;  // of the last answer
    std::string words;

private:
    test::TestClient client_;
};

Outbound message(OutboundKind kind, std::string text) {
    Outbound out;
    out.kind = kind;
    out.chat = "923001234567@s.whatsapp.net";
    out.text = std::move(text);
    out.id = 1;
    return out;
}

Outbound file(const std::string& mime, const std::string& name, std::string caption = "") {
    Outbound out = message(OutboundKind::media, std::move(caption));
    out.media.mime = mime;
    out.media.name = name;
    out.media.content = test::source_of(std::string("bytes \xff\x00 of a file", 18));
    return out;
}

std::vector<Outbound> gateway_messages() {
    std::vector<Outbound> all;
    all.push_back(message(OutboundKind::text, "Gr\xc3\xbc\xc3\x9f dich & 100% = ?\nsecond line"));
    all.push_back(message(OutboundKind::text, "an answer"));
    all.back().reply_to = "3EB0B430B6F8F1D0E053";
    all.push_back(message(OutboundKind::text, "to a group"));
    all.back().chat = "120363024512399999@g.us";
    all.push_back(message(OutboundKind::link, "look at this"));
    all.back().link = "https://example.com/a?b=c&d=e";
    all.push_back(message(OutboundKind::link, ""));
    all.back().link = "https://example.com/";
    for (const char* emoji : {"\xf0\x9f\x91\x8d", ""}) {
        all.push_back(message(OutboundKind::reaction, emoji));
        all.back().reply_to = "3EB0B430B6F8F1D0E053";
    }
    for (const OutboundKind kind : {OutboundKind::edit, OutboundKind::revoke}) {
        all.push_back(message(kind, kind == OutboundKind::edit ? "other words" : ""));
        all.back().reply_to = "3EB0B430B6F8F1D0E053";
    }
    for (
        const auto& [kind, payload] : std::vector<std::pair<OutboundKind, std::string>>{
            {OutboundKind::location, R"({"latitude":24.86,"longitude":67.01})"},
            {OutboundKind::location, R"({"latitude":24.86,"longitude":67.01,"name":"Office","address":"1 Road"})"},
            {OutboundKind::contacts, R"([{"name":{"formatted_name":"Ann"},"phones":[{"phone":"+447700900123"}]}])"},
            {OutboundKind::contacts, R"([{"name":{"formatted_name":"Ann"}},{"name":{"formatted_name":"Bob"}}])"},
            {OutboundKind::poll, R"({"question":"Lunch?","options":["Yes","No"],"max_answers":1})"},
            {OutboundKind::interactive,
             R"({"type":"button","body":{"text":"Go?"},"action":{"buttons":[{"type":"reply","reply":{"id":"y","title":"Yes"}}]}})"},
            {OutboundKind::template_message, R"({"name":"order","language":{"code":"en"}})"}}) {
        all.push_back(message(kind, ""));
        all.back().payload = payload;
    }
    all.push_back(file("image/webp", "a.webp"));
    all.back().media.kind = MediaKind::sticker;
    all.push_back(message(OutboundKind::media, "from elsewhere"));
    all.back().media.mime = "image/png";
    all.back().media.source = "https://example.com/a.png";
    const std::pair<const char*, const char*> kinds[] = {{"image/jpeg", "a.jpg"},
                                                         {"image/png", "a.png"},
                                                         {"image/webp", "a.webp"},
                                                         {"image/gif", "a.gif"},
                                                         {"video/mp4", "a.mp4"},
                                                         {"audio/ogg", "a.ogg"},
                                                         {"audio/ogg; codecs=opus", "b.ogg"},
                                                         {"audio/mpeg", "a.mp3"},
                                                         {"text/plain", "a.txt"},
                                                         {"", ""},
                                                         {"application/pdf", "a \"b\" \xc3\xa4.pdf"}};
    for (const auto& [mime, name] : kinds) {
        all.push_back(file(mime, name));
        all.push_back(file(mime, name, "a caption"));
        all.back().reply_to = "3EB0B430B6F8F1D0E053";
        all.push_back(file(mime, name));
        all.back().as_file = true;
        all.push_back(file(mime, name));
        all.back().voice = true;
    }
    return all;
}

}  // namespace

TEST_CASE("the gateway's description allows everything that the gateway channel sends") {
    if (test::skipped_without_prism(description)) return;
    Judge judge;
    GatewayConfig config;
    config.base_url = judge.prism.url();
    config.basic_user = "user";
    config.basic_password = Secret("password");
    config.device_id = "628123456789@s.whatsapp.net";
    GatewayChannel channel(1, config, judge.exchange());

    std::set<OutboundKind> seen;
    for (const auto& wanted : gateway_messages()) {
        seen.insert(wanted.kind);
        const auto out = with_fallback(wanted, channel.capabilities()).value();
        INFO(to_string(out.kind) << " " << out.media.mime << " '" << out.text << "'" << (out.as_file ? " as file" : "")
                                 << (out.voice ? " voice" : ""));
        bool sent = false;
        channel.send(out, [&sent](const SendResult& result) { sent = result.has_value(); });
        CAPTURE(judge.words);
        CHECK(judge.status == 200);
        CHECK(sent);
    }
    for (const bool on : {true, false}) {
        channel.typing("923001234567@s.whatsapp.net", "", on);
        CAPTURE(judge.words);
        CHECK(judge.status == 200);
    }

    CHECK(seen.size() == 11);  // every kind there is
    for (const bool available : {true, false}) {
        channel.presence(available);
        CAPTURE(judge.words);
        CHECK(judge.status == 200);
    }
    channel.mark_read("923001234567@s.whatsapp.net", "3EB0B430B6F8F1D0E053");
    CHECK(judge.status == 200);

    // It does refuse what is wrong: otherwise all of the above would say nothing.
    GatewayConfig nobody = config;
    nobody.basic_user.clear();
    GatewayChannel stranger(1, nobody, judge.exchange());
    stranger.send(message(OutboundKind::text, "x"), [](const SendResult&) {});
    CHECK(judge.status == 401);
    net::ClientRequest incomplete;
    incomplete.method = "POST";
    incomplete.url = judge.prism.url() + "/send/link";
    incomplete.headers.set("Authorization", "Basic dXNlcjpwYXNzd29yZA==");
    incomplete.headers.set("Content-Type", "application/x-www-form-urlencoded");
    incomplete.body = "phone=5&link=x&duration=a+day";
    incomplete.reach = net::Reach::any;
    judge.exchange()(std::move(incomplete), [](const net::ClientResult&) {});
    CAPTURE(judge.words);
    CHECK((judge.status == 400 || judge.status == 422));
}
