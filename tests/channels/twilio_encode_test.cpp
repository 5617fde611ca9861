#include "channels/twilio_support.hpp"

using namespace parley;
using namespace parley::channels;
using parley::test::twilio_config;
using parley::test::twilio_outbound;

namespace {

const std::string kContent = "HX0123456789abcdef0123456789abcdef";

Result<std::string> link_of(const std::string& stored) {
    return "https://bot.example.com/media/" + stored + "?key=secret";
}

std::vector<net::FormFields> encode(const Outbound& message, const TwilioConfig& config = twilio_config()) {
    const auto requests = TwilioEncoder(config, link_of).send(message);
    REQUIRE(requests);
    std::vector<net::FormFields> forms;
    for (const net::ClientRequest& request : *requests) {
        CHECK(request.method == "POST");
        CHECK(request.url == "https://api.twilio.com/2010-04-01/Accounts/" + test::kTwilioAccount + "/Messages.json");
        CHECK(request.reach == net::Reach::public_only);
        CHECK(request.redirects == 0);
        CHECK(request.headers.get("Content-Type") == "application/x-www-form-urlencoded");
        forms.push_back(net::form_decode(request.body).value());
    }
    return forms;
}

const net::FormFields::value_type kTo{"To", "whatsapp:+447700900123"}, kFrom{"From", "whatsapp:+447700900999"},
    kCallback{"StatusCallback", "https://bot.example.com/webhooks/twilio/2?message=4711"};

std::string refusal(const Outbound& message, const TwilioConfig& config = twilio_config()) {
    const auto requests = TwilioEncoder(config, link_of).send(message);
    REQUIRE(!requests);
    return requests.error().message;
}

}  // namespace

TEST_CASE("a text to Twilio") {
    const Outbound message = twilio_outbound(OutboundKind::text, "5 < 6 & \"ü\" + \n=");
    CHECK(encode(message) == std::vector<net::FormFields>{{kTo, kFrom, {"Body", message.text}, kCallback}});
    const auto request = TwilioEncoder(twilio_config(), link_of).send(message)->at(0);
    CHECK(request.headers.get("Authorization") ==
          "Basic " + crypto::base64_encode(test::kTwilioAccount + ":the auth token"));
    CHECK(request.headers.get("Accept") == "application/json");
}

TEST_CASE("who writes, and with whose key") {
    TwilioConfig config = twilio_config();
    config.api_key_sid = "SK1";
    config.api_key_secret = Secret("key");
    config.messaging_service_sid = "MG1";
    config.status_callback = false;
    config.base_url = "http://127.0.0.1:8080/";
    config.timeout_ms = 1234;
    const auto request = TwilioEncoder(config, {}).send(twilio_outbound(OutboundKind::text, "x"))->at(0);
    CHECK(request.url == "http://127.0.0.1:8080/2010-04-01/Accounts/" + test::kTwilioAccount + "/Messages.json");
    CHECK(request.reach == net::Reach::any);
    CHECK(request.timeout_ms == 1234);
    CHECK(request.headers.get("Authorization") == "Basic " + crypto::base64_encode("SK1:key"));
    CHECK(net::form_decode(request.body).value() ==
          net::FormFields{kTo, {"MessagingServiceSid", "MG1"}, {"Body", "x"}});
}

TEST_CASE("a text that is too long goes in pieces, the last of which speaks for all") {
    const std::string first(1'500, 'a'), second(300, 'b');
    const auto forms = encode(twilio_outbound(OutboundKind::text, first + "\n\n" + second));
    CHECK(forms ==
          std::vector<net::FormFields>{{kTo, kFrom, {"Body", first}}, {kTo, kFrom, {"Body", second}, kCallback}});
}

TEST_CASE("files go out as links") {
    Outbound image = twilio_outbound(OutboundKind::media, "look");
    image.media.stored = "abc";
    image.media.mime = "image/png";
    const net::FormFields::value_type file{"MediaUrl", "https://bot.example.com/media/abc?key=secret"};
    CHECK(encode(image) == std::vector<net::FormFields>{{kTo, kFrom, file, {"Body", "look"}, kCallback}});
    image.text.clear();
    CHECK(encode(image) == std::vector<net::FormFields>{{kTo, kFrom, file, kCallback}});
    // Twilio drops the caption of all that is no picture and no video.
    for (const char* mime : {"audio/ogg", "application/pdf", "text/vcard", "image/webp"}) {
        CAPTURE(mime);
        Outbound bare = image;
        bare.text = "what it is";
        bare.media.mime = mime;
        CHECK(encode(bare) ==
              std::vector<net::FormFields>{{kTo, kFrom, file}, {kTo, kFrom, {"Body", "what it is"}, kCallback}});
    }
    Outbound video = image;
    video.text = "what it is";
    video.media.mime = "video/mp4";
    CHECK(encode(video) == std::vector<net::FormFields>{{kTo, kFrom, file, {"Body", "what it is"}, kCallback}});
    video.media.mime.clear();
    CHECK(encode(video).size() == 2);
    video.media.kind = MediaKind::video;
    CHECK(encode(video).size() == 1);
    // Somebody else's file needs no store.
    Outbound linked = image;
    linked.media.stored.clear();
    linked.media.source = "https://cdn.example.com/a.png";
    CHECK(encode(linked).at(0).at(2) == net::FormFields::value_type{"MediaUrl", "https://cdn.example.com/a.png"});

    linked.media.source = "/etc/passwd";
    CHECK(refusal(linked).find("no longer in the media store") != std::string::npos);
    CHECK_FALSE(TwilioEncoder(twilio_config(), {}).send(image));
    const auto broken = [](const std::string&) { return make_error(Errc::not_found, "gone"); };
    CHECK(TwilioEncoder(twilio_config(), broken).send(image).error().message == "gone");
}

TEST_CASE("places have a pin and a name") {
    const auto fields = [](const std::string& payload) {
        net::FormFields all = encode(twilio_outbound(OutboundKind::location, "", payload)).at(0);
        return net::FormFields(all.begin() + 2, all.end() - 1);
    };
    CHECK(
        fields(
            R"({"latitude":37.44221496582,"longitude":-122.1616,"name":"Philz Coffee","address":"101 Forest Ave"})") ==
        net::FormFields{{"Body", "Philz Coffee"}, {"PersistentAction", "geo:37.442215,-122.1616|101 Forest Ave"}});
    CHECK(fields(R"({"latitude":1,"longitude":-2,"name":"a|b\nc"})") ==
          net::FormFields{{"Body", "a b c"}, {"PersistentAction", "geo:1,-2|a b c"}});
    CHECK(fields(R"({"latitude":0,"longitude":0})") ==
          net::FormFields{{"Body", "0,0"}, {"PersistentAction", "geo:0,0"}});
    for (const char* bad : {"", "{}", R"({"latitude":91,"longitude":0})", R"({"latitude":0,"longitude":181})",
                            R"({"latitude":"x","longitude":0})", "[]"})
        refusal(twilio_outbound(OutboundKind::location, "", bad));
}

TEST_CASE("templates are named by content ids") {
    const auto fields = [](const std::string& payload) {
        net::FormFields all = encode(twilio_outbound(OutboundKind::template_message, "", payload)).at(0);
        return net::FormFields(all.begin() + 2, all.end() - 1);
    };
    CHECK(fields(R"({"name":")" + kContent + R"(","language":{"code":"en"}})") ==
          net::FormFields{{"ContentSid", kContent}});
    CHECK(fields(R"({"name":")" + kContent + R"(","components":[
              {"type":"header","parameters":[{"type":"image","image":{"link":"https://x.test/a.png"}}]},
              {"type":"body","parameters":[{"type":"text","text":"Amina \"A\""},
                  {"type":"currency","currency":{"fallback_value":"$5","code":"USD","amount_1000":5000}},
                  {"type":"text","parameter_name":"day","text":"Tuesday"}]},
              {"type":"button","sub_type":"quick_reply","parameters":[{"type":"payload","payload":"yes"}]}]})") ==
          net::FormFields{{"ContentSid", kContent},
                          {"ContentVariables",
                           R"({"1":"https://x.test/a.png","2":"Amina \"A\"","3":"$5","day":"Tuesday","5":"yes"})"}});
    CHECK(refusal(twilio_outbound(OutboundKind::template_message, "", R"({"name":"hello_world"})")).find("HX") !=
          std::string::npos);
}

TEST_CASE("what cannot be sent is refused in words") {
    Outbound nowhere = twilio_outbound(OutboundKind::text, "x");
    nowhere.chat = "120363025246125486@g.us";
    CHECK(refusal(nowhere).find("no WhatsApp number") != std::string::npos);
    refusal(twilio_outbound(OutboundKind::text, ""));
    for (const OutboundKind kind : {OutboundKind::link, OutboundKind::reaction, OutboundKind::contacts,
                                    OutboundKind::interactive, OutboundKind::poll})
        CHECK(refusal(twilio_outbound(kind, "x")).find(to_string(kind)) != std::string::npos);
    TwilioConfig config = twilio_config();
    config.from.clear();
    CHECK(refusal(twilio_outbound(OutboundKind::text, "x"), config).find("TWILIO_WHATSAPP_NUMBER") !=
          std::string::npos);
    config.account_sid = "AC1\r\nX-Evil: 1";
    CHECK_NOTHROW(TwilioEncoder(config, {}));  // base64 in the header, escaped in the path
}

TEST_CASE("typing names the message that is answered") {
    const TwilioEncoder encoder(twilio_config(), {});
    const std::string sid = "SM00000000000000000000000a11ce0001";
    const auto typing = encoder.typing(sid + ":1");
    REQUIRE(typing);
    CHECK(typing->url == "https://messaging.twilio.com/v2/Indicators/Typing.json");
    CHECK(net::form_decode(typing->body).value() == net::FormFields{{"messageId", sid}, {"channel", "whatsapp"}});
    for (const char* other : {"", "wamid.X", "SM123", "SM00000000000000000000000a11ce000g"})
        CHECK_FALSE(encoder.typing(other));
}

TEST_CASE("files are fetched from the account's own media only") {
    const TwilioEncoder encoder(twilio_config(), {});
    const std::string media =
        "https://api.twilio.com/2010-04-01/Accounts/" + test::kTwilioAccount + "/Messages/MM1/Media/ME1";
    const auto get = encoder.file(media, 77);
    REQUIRE(get);
    CHECK(get->method == "GET");
    CHECK(get->url == media);
    CHECK(get->max_response == 77);
    CHECK(get->headers.has("Authorization"));
    CHECK(get->redirects == 0);
    for (const std::string& bad :
         {std::string(), std::string("https://api.twilio.com/"), std::string("http://") + media.substr(8),
          std::string("https://api.twilio.com.evil.test") + media.substr(22),
          std::string("https://api.twilio.com:444") + media.substr(22), std::string("https://x@") + media.substr(8),
          std::string("https://169.254.169.254/latest"), media + "/../../../Keys.json", media + "/%2e%2e/Keys.json",
          std::string("https://api.twilio.com/2010-04-01/Accounts/AC0/Messages/MM1/Media/ME1"),
          std::string("file:///etc/passwd"), std::string("//api.twilio.com/x")}) {
        INFO(bad);
        const auto refused = encoder.file(bad, 1);
        REQUIRE(!refused);
        CHECK(refused.error().code == Errc::denied);
    }
}
