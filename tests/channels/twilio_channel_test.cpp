// The channel as a whole, with a scripted Twilio in place of the network.
#include "channels/twilio_support.hpp"

using namespace parley;
using namespace parley::channels;
using namespace parley::test;

namespace {

std::string taken(const std::string& sid) {
    return R"({"sid":")" + sid + R"(","status":"queued"})";
}

}  // namespace

TEST_CASE("the twilio channel sends and reports") {
    ScriptedTwilio twilio;
    TwilioChannel channel = twilio_channel(twilio);
    CHECK(channel.name() == "twilio");
    const Capabilities can = channel.capabilities();
    CHECK((can.media && can.typing && can.location && can.templates && can.conversation_window && can.keeps_history));
    CHECK_FALSE(
        (can.link || can.reaction || can.groups || can.contacts || can.interactive || can.poll || can.hands_back_ids));

    twilio.will_answer(201, taken("SM1"));
    CHECK(twilio_send(channel, twilio_outbound(OutboundKind::text, "hello"))->provider_id == "SM1");
    CHECK(twilio_send(channel, twilio_outbound(OutboundKind::text, "")).error().kind == SendError::Class::permanent);
    twilio.will_answer(400, R"({"code":63016,"message":"late"})");
    CHECK(twilio_send(channel, twilio_outbound(OutboundKind::text, "hello")).error().kind ==
          SendError::Class::permanent);

    twilio.will_answer(500, "");
    channel.typing("whatsapp:+447700900123", "SM00000000000000000000000a11ce0001", true);
    CHECK(twilio.requests.back().url.ends_with("/v2/Indicators/Typing.json"));
    channel.typing("whatsapp:+447700900123", "SM00000000000000000000000a11ce0001", false);
    channel.typing("whatsapp:+447700900123", "", true);
    CHECK(twilio.requests.size() == 3);
}

TEST_CASE("without a way to hand out files, files become text") {
    ScriptedTwilio twilio;
    CHECK_FALSE(TwilioChannel(7, twilio_config(), twilio.exchange(), {}).capabilities().media);
}

TEST_CASE("webhooks of the twilio channel") {
    ScriptedTwilio twilio;
    const TwilioChannel channel = twilio_channel(twilio);
    net::Request request = twilio_webhook(read_whole_file(twilio_fixtures() / "text.form"));
    CHECK_FALSE(channel.verify(request));
    request.headers.set("X-Twilio-Signature",
                        twilio_signature("the auth token", "https://bot.example.com/webhooks/twilio/2",
                                         signed_parameters(net::form_decode(request.body).value())));
    CHECK(channel.verify(request));
    CHECK(channel.decode(request)->messages.at(0).account == 7);
    CHECK(channel.decode(request)->messages.at(0).timestamp > 1'700'000'000'000);
    CHECK(channel.accepted().status == 200);
    CHECK(channel.accepted().headers.get("Content-Type") == "text/xml; charset=utf-8");
    CHECK(channel.accepted().body.ends_with("<Response></Response>"));
    CHECK(channel.handshake(request));
}

TEST_CASE("a message in pieces goes on where it stopped") {
    const std::string first(1'500, 'a'), second(1'500, 'b'), third(100, 'c');
    const Outbound message = twilio_outbound(OutboundKind::text, first + "\n\n" + second + "\n\n" + third);
    ScriptedTwilio twilio;
    TwilioChannel channel = twilio_channel(twilio);
    twilio.will_answer(201, taken("SM1"));
    twilio.will_answer(429, R"({"code":20429,"message":"slow"})");
    CHECK(twilio_send(channel, message).error().kind == SendError::Class::throttled);
    twilio.will_answer(201, taken("SM2"));
    twilio.will_answer(201, taken("SM3"));
    CHECK(twilio_send(channel, message)->provider_id == "SM3");
    REQUIRE(twilio.requests.size() == 4);
    const std::string* bodies[] = {&first, &second, &second, &third};
    for (std::size_t i = 0; i < 4; ++i) CHECK(twilio.form(i).at(2).second == *bodies[i]);

    // Another message under way knows nothing of it, and neither does this one once it is through.
    Outbound other = message;
    other.id = 4712;
    for (const Outbound& again : {other, message}) {
        for (int i = 0; i < 3; ++i) twilio.will_answer(201, taken("SM9"));
        CHECK(twilio_send(channel, again));
    }
    CHECK(twilio.requests.size() == 10);
}

TEST_CASE("a file comes from the CDN, without our credentials") {
    ScriptedTwilio twilio;
    TwilioChannel channel = twilio_channel(twilio);
    Inbound message;
    message.media = Media{};
    message.media->source = "https://api.twilio.com/2010-04-01/Accounts/" + kTwilioAccount + "/Messages/MM1/Media/ME1";
    const auto fetch = [&] {
        return once<Result<std::string>>([&](auto done) { fetch_text(channel, message, 1000, done); });
    };
    const auto will_redirect = [&](const char* to) { twilio.will_answer(307, "").headers.set("Location", to); };
    will_redirect("https://mms.twiliocdn.com/x?sig=1");
    twilio.will_answer(200, "BYTES");
    CHECK(fetch().value() == "BYTES");
    REQUIRE(twilio.requests.size() == 2);
    CHECK(twilio.requests[0].headers.has("Authorization"));
    CHECK(twilio.requests[1].url == "https://mms.twiliocdn.com/x?sig=1");
    CHECK_FALSE(twilio.requests[1].headers.has("Authorization"));
    for (const net::ClientRequest& request : twilio.requests) {
        CHECK(request.max_response == 1000);
        CHECK(request.reach == net::Reach::public_only);
        CHECK(request.redirects == 0);
    }

    for (const char* bad : {"", "http://mms.twiliocdn.com/x", "ftp://x", "/relative", "https://u@x.test/"}) {
        will_redirect(bad);
        CHECK(fetch().error().code == Errc::denied);
    }
    for (int i = 0; i < 4; ++i) will_redirect("https://mms.twiliocdn.com/x");
    CHECK(fetch().error().code == Errc::unavailable);
    twilio.will_answer(404, R"({"code":20404,"message":"gone"})");
    CHECK(fetch().error().code == Errc::not_found);
    twilio.will_be_lost();
    CHECK(fetch().error().code == Errc::timeout);
    CHECK(twilio.answers.empty());
    const std::size_t asked = twilio.requests.size();
    message.media->source = "https://169.254.169.254/latest/meta-data";
    CHECK(fetch().error().code == Errc::denied);
    message.media.reset();
    CHECK(fetch().error().code == Errc::not_found);
    CHECK(twilio.requests.size() == asked);
}

TEST_CASE("an answer that comes after the channel's end still arrives at its asker") {
    std::vector<UniqueFunction<void(net::ClientResult)>> waiting;
    auto channel = std::make_unique<TwilioChannel>(
        7, twilio_config(),
        [&](net::ClientRequest, UniqueFunction<void(net::ClientResult)> done) { waiting.push_back(std::move(done)); },
        PublicLink());
    int answered = 0;
    channel->send(twilio_outbound(OutboundKind::text, std::string(2'000, 'x')), [&](SendResult) { ++answered; });
    channel->missed(0, [&](Result<Decoded>) { ++answered; });
    channel->probe([&](std::vector<ProbeLine>) { ++answered; });
    channel->find_sent(twilio_outbound(OutboundKind::text, "x"), 0, [&](SentBefore) { ++answered; });
    channel.reset();
    for (std::size_t i = 0; i < waiting.size(); ++i) {
        auto done = std::move(waiting[i]);
        net::ClientResponse response;
        response.status = 200;
        response.body = R"({"messages":[],"next_page_uri":null})";
        done(response);
    }
    CHECK(answered == 4);
}
