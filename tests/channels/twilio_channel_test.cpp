// The channel as a whole, with a scripted Twilio in place of the network.
#include <boost/json.hpp>

#include "channels/twilio_support.hpp"
#include "core/ids.hpp"

using namespace parley;
using namespace parley::channels;
using parley::test::ScriptedTwilio;
using parley::test::twilio_config;
using parley::test::twilio_outbound;

namespace {

TwilioChannel make(ScriptedTwilio& twilio, const TwilioConfig& config = twilio_config()) {
    return TwilioChannel(7, config, twilio.exchange(), [](const std::string& stored) -> Result<std::string> {
        return "https://bot.example.com/media/" + stored;
    });
}

// Waits for `done` of what is started; it is called once, at once.
template <class T, class Start>
T once(Start start) {
    std::optional<T> result;
    start([&](T value) {
        REQUIRE_FALSE(result);
        result.emplace(std::move(value));
    });
    REQUIRE(result);
    return std::move(*result);
}

SendResult send(TwilioChannel& channel, const Outbound& message) {
    return once<SendResult>([&](auto done) { channel.send(message, done); });
}
SentBefore find(TwilioChannel& channel, const Outbound& message, UnixMillis since) {
    return once<SentBefore>([&](auto done) { channel.find_sent(message, since, done); });
}
Result<Decoded> missed(TwilioChannel& channel, UnixMillis since) {
    return once<Result<Decoded>>([&](auto done) { channel.missed(since, done); });
}
std::vector<ProbeLine> probe(TwilioChannel& channel) {
    return once<std::vector<ProbeLine>>([&](auto done) { channel.probe(done); });
}

std::string taken(const std::string& sid) {
    return R"({"sid":")" + sid + R"(","status":"queued"})";
}

// "Thu, 24 Aug 2023 05:01:45 +0000": 1692853305.
constexpr UnixMillis kThen = 1'692'853'305'000;
constexpr const char* kThenText = "Thu, 24 Aug 2023 05:01:45 +0000";

boost::json::object row(const std::string& sid, const std::string& body, const char* created = kThenText) {
    return {{"sid", sid},
            {"body", body},
            {"from", "whatsapp:+447700900999"},
            {"to", "whatsapp:+447700900123"},
            {"direction", "outbound-api"},
            {"num_media", "0"},
            {"date_created", created},
            {"date_sent", nullptr}};
}
boost::json::object incoming(const std::string& sid, const std::string& body, const char* sent = kThenText) {
    boost::json::object json = row(sid, body, sent);
    json["direction"] = "inbound";
    json["from"] = "whatsapp:+447700900123";
    json["to"] = "whatsapp:+447700900999";
    json["date_sent"] = sent;
    return json;
}
std::string page(boost::json::array rows, boost::json::value next = nullptr) {
    return boost::json::serialize(boost::json::object{{"messages", std::move(rows)}, {"next_page_uri", next}});
}
const std::string kNext = "/2010-04-01/Accounts/" + test::kTwilioAccount + "/Messages.json?Page=1&PageToken=PT";

}  // namespace

TEST_CASE("the twilio channel sends and reports") {
    ScriptedTwilio twilio;
    TwilioChannel channel = make(twilio);
    CHECK(channel.name() == "twilio");
    const Capabilities can = channel.capabilities();
    CHECK((can.media && can.typing && can.location && can.templates && can.conversation_window && can.keeps_history));
    CHECK_FALSE(
        (can.link || can.reaction || can.groups || can.contacts || can.interactive || can.poll || can.hands_back_ids));

    twilio.will_answer(201, taken("SM1"));
    CHECK(send(channel, twilio_outbound(OutboundKind::text, "hello"))->provider_id == "SM1");
    CHECK(send(channel, twilio_outbound(OutboundKind::text, "")).error().kind == SendError::Class::permanent);
    twilio.will_answer(400, R"({"code":63016,"message":"late"})");
    CHECK(send(channel, twilio_outbound(OutboundKind::text, "hello")).error().kind == SendError::Class::permanent);

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
    const TwilioChannel channel = make(twilio);
    net::Request request = test::twilio_webhook(test::read_whole_file(test::twilio_fixtures() / "text.form"));
    CHECK_FALSE(channel.verify(request));
    request.headers.set("X-Twilio-Signature",
                        test::twilio_signature("the auth token", "https://bot.example.com/webhooks/twilio/2",
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
    TwilioChannel channel = make(twilio);
    twilio.will_answer(201, taken("SM1"));
    twilio.will_answer(429, R"({"code":20429,"message":"slow"})");
    CHECK(send(channel, message).error().kind == SendError::Class::throttled);
    twilio.will_answer(201, taken("SM2"));
    twilio.will_answer(201, taken("SM3"));
    CHECK(send(channel, message)->provider_id == "SM3");
    REQUIRE(twilio.requests.size() == 4);
    const std::string* bodies[] = {&first, &second, &second, &third};
    for (std::size_t i = 0; i < 4; ++i) CHECK(twilio.form(i).at(2).second == *bodies[i]);

    // Another message under way knows nothing of it, and neither does this one once it is through.
    Outbound other = message;
    other.id = 4712;
    for (const Outbound& again : {other, message}) {
        for (int i = 0; i < 3; ++i) twilio.will_answer(201, taken("SM9"));
        CHECK(send(channel, again));
    }
    CHECK(twilio.requests.size() == 10);
}

TEST_CASE("a send whose answer was lost is looked up") {
    const Outbound message = twilio_outbound(OutboundKind::text, "hello ");
    ScriptedTwilio twilio;
    TwilioChannel channel = make(twilio);
    const auto verdict = [&](boost::json::array rows, UnixMillis since = kThen) {
        twilio.will_answer(200, page(std::move(rows)));
        return find(channel, message, since);
    };
    const SentBefore found = verdict({row("SM3", "other"), row("SM2", "hello"), row("SM1", "hello")});
    CHECK(found.verdict == SentBefore::Verdict::found);
    CHECK(found.provider_id == "SM2");
    CHECK(twilio.requests[0].url == "https://api.twilio.com/2010-04-01/Accounts/" + test::kTwilioAccount +
                                        "/Messages.json?To=whatsapp%3A%2B447700900123&From=whatsapp%3A%2B447700900999"
                                        "&PageSize=100");
    CHECK(verdict({}).verdict == SentBefore::Verdict::absent);
    CHECK(verdict({row("SM1", "hello you")}).verdict == SentBefore::Verdict::absent);
    // The same words, but long before.
    CHECK(verdict({row("SM1", "hello")}, kThen + 5'000).verdict == SentBefore::Verdict::absent);
    boost::json::object with_file = row("MM1", "hello"), from_them = row("SM1", "hello");
    with_file["num_media"] = "1";
    from_them["direction"] = "inbound";
    CHECK(verdict({with_file, from_them}).verdict == SentBefore::Verdict::absent);

    twilio.will_answer(500, "");
    CHECK(find(channel, message, kThen).verdict == SentBefore::Verdict::unknown);
    for (const int status : {429, 503, 401}) {
        twilio.will_answer(status, "");
        CAPTURE(status);
        CHECK(find(channel, message, kThen).ask_again == (status != 401));
    }
    twilio.will_be_lost();
    CHECK(find(channel, message, kThen).verdict == SentBefore::Verdict::unknown);
    twilio.will_answer(200, "{}");
    CHECK(find(channel, message, kThen).verdict == SentBefore::Verdict::unknown);
    CHECK(find(channel, twilio_outbound(OutboundKind::poll, "x"), kThen).verdict == SentBefore::Verdict::unknown);
    // A template comes back as the text that it became.
    const std::string payload = R"({"name":"HX0123456789abcdef0123456789abcdef"})";
    twilio.will_answer(200, page({row("SM1", "Dear Amina")}));
    CHECK(find(channel, twilio_outbound(OutboundKind::template_message, "", payload), kThen).verdict ==
          SentBefore::Verdict::unknown);
}

TEST_CASE("a lookup reads on, within bounds and within the account") {
    const Outbound message = twilio_outbound(OutboundKind::text, "hello");
    ScriptedTwilio twilio;
    TwilioChannel channel = make(twilio);
    twilio.will_answer(200, page({row("SM2", "other")}, boost::json::string(kNext)));
    twilio.will_answer(200, page({row("SM1", "hello")}));
    CHECK(find(channel, message, kThen).provider_id == "SM1");
    CHECK(twilio.requests.back().url == "https://api.twilio.com" + kNext);

    for (int i = 0; i < 3; ++i) twilio.will_answer(200, page({row("SM2", "other")}, boost::json::string(kNext)));
    CHECK(find(channel, message, kThen).verdict == SentBefore::Verdict::unknown);
    // The page reaches back behind the attempt: no need to read on.
    twilio.will_answer(200, page({row("SM2", "other")}, boost::json::string(kNext)));
    CHECK(find(channel, message, kThen + 60'000).verdict == SentBefore::Verdict::absent);
    for (const char* elsewhere : {"https://evil.test/x", "//evil.test/x", "/2010-04-01/Accounts/AC0/Messages.json?x"}) {
        twilio.will_answer(200, page({row("SM2", "other")}, elsewhere));
        CHECK(find(channel, message, kThen).verdict == SentBefore::Verdict::unknown);
    }
    CHECK(twilio.answers.empty());
}

TEST_CASE("clocks that differ do not matter") {
    ScriptedTwilio twilio;
    TwilioChannel channel = make(twilio);
    // Here it is now, there it is 2023: the message was made in the second of the attempt.
    net::ClientResponse& answer = twilio.will_answer(200, page({row("SM1", "hello")}));
    answer.headers.set("Date", "Thu, 24 Aug 2023 05:01:47 GMT");
    CHECK(find(channel, twilio_outbound(OutboundKind::text, "hello"), unix_now() - 2'000).verdict ==
          SentBefore::Verdict::found);
}

TEST_CASE("a piece that was found lets the rest go out") {
    const std::string first(1'500, 'a'), second(300, 'b');
    const Outbound message = twilio_outbound(OutboundKind::text, first + "\n\n" + second);
    ScriptedTwilio twilio;
    TwilioChannel channel = make(twilio);
    twilio.will_be_lost();
    CHECK(send(channel, message).error().kind == SendError::Class::in_doubt);
    twilio.will_answer(200, page({row("SM1", first)}));
    CHECK(find(channel, message, kThen).verdict == SentBefore::Verdict::absent);  // the message as a whole
    twilio.will_be_lost();
    CHECK(send(channel, message).error().kind == SendError::Class::in_doubt);
    CHECK(twilio.form(2).at(2).second == second);
    twilio.will_answer(200, page({row("SM2", second), row("SM1", first)}));
    CHECK(find(channel, message, kThen).provider_id == "SM2");
}

TEST_CASE("messages that came in meanwhile are told as webhooks would have") {
    ScriptedTwilio twilio;
    TwilioChannel channel = make(twilio);
    boost::json::object photo = incoming("MM2", "look", "Thu, 24 Aug 2023 05:02:45 +0000"),
                        other = incoming("SM9", "x");
    photo["num_media"] = "2";
    other["to"] = "whatsapp:+447700900000";
    twilio.will_answer(200, page({photo, row("SM5", "ours"), other}, boost::json::string(kNext)));
    twilio.will_answer(200, page({incoming("SM1", "first")}));
    twilio.will_answer(200, R"({"media_list":[
        {"content_type":"image/png","uri":"/2010-04-01/Accounts/A/Messages/MM2/Media/ME1.json"},
        {"content_type":"image/jpeg","uri":"/2010-04-01/Accounts/A/Messages/MM2/Media/ME2.json"}]})");
    const Result<Decoded> decoded = missed(channel, kThen);
    REQUIRE(decoded);
    CHECK(twilio.requests[0].url ==
          "https://api.twilio.com/2010-04-01/Accounts/" + test::kTwilioAccount +
              "/Messages.json?To=whatsapp%3A%2B447700900999&DateSent%3E=2023-08-24T05%3A01%3A45Z&PageSize=100");
    CHECK(twilio.requests[2].url.ends_with("/Messages/MM2/Media.json"));
    REQUIRE(decoded->messages.size() == 3);
    CHECK((decoded->events.empty() && decoded->unclaimed.empty()));
    const std::string ids[] = {"SM1", "MM2", "MM2:1"};
    for (std::size_t i = 0; i < 3; ++i) CHECK(decoded->messages[i].provider_id == ids[i]);
    CHECK(decoded->messages[0].text == "first");
    CHECK(decoded->messages[0].timestamp == kThen);
    CHECK(decoded->messages[0].account == 7);
    CHECK(decoded->messages[1].media->source == "https://api.twilio.com/2010-04-01/Accounts/A/Messages/MM2/Media/ME1");
    CHECK(decoded->messages[1].media->mime == "image/png");
    CHECK(decoded->messages[1].timestamp == kThen + 60'000);
}

TEST_CASE("recovery has bounds and says when it could not get everything") {
    ScriptedTwilio twilio;
    TwilioChannel channel = make(twilio);
    for (int i = 0; i < 20; ++i)
        twilio.will_answer(200, page({incoming("SM" + std::to_string(i), "x")}, boost::json::string(kNext)));
    const Result<Decoded> many = missed(channel, kThen);
    CHECK(twilio.requests.size() == 20);
    CHECK(many->messages.size() == 20);
    REQUIRE(many->events.size() == 1);
    CHECK(many->events[0].type == "history_truncated");

    twilio.will_answer(401, R"({"code":20003,"message":"Authenticate"})");
    CHECK(missed(channel, kThen).error().code == Errc::unauthorized);
    // Files that are gone do not take their words with them; a failure does not pass as "no file".
    boost::json::object photo = incoming("MM2", "look");
    photo["num_media"] = "1";
    twilio.will_answer(200, page({photo}));
    twilio.will_answer(404, "");
    CHECK(missed(channel, kThen)->messages.at(0).text == "look");
    twilio.will_answer(200, page({photo}));
    twilio.will_answer(500, "");
    CHECK(missed(channel, kThen).error().code == Errc::unavailable);
    boost::json::object broken = incoming("SM1", "x");
    broken["from"] = "whatsapp:";
    twilio.will_answer(200, page({broken}));
    CHECK(missed(channel, kThen)->unclaimed.size() == 1);
}

TEST_CASE("a file comes from the CDN, without our credentials") {
    ScriptedTwilio twilio;
    TwilioChannel channel = make(twilio);
    Inbound message;
    message.media = Media{};
    message.media->source =
        "https://api.twilio.com/2010-04-01/Accounts/" + test::kTwilioAccount + "/Messages/MM1/Media/ME1";
    const auto fetch = [&] {
        return once<Result<std::string>>([&](auto done) { test::fetch_text(channel, message, 1000, done); });
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

TEST_CASE("a probe looks at account, sender and webhook") {
    ScriptedTwilio twilio;
    TwilioChannel channel = make(twilio);
    twilio.will_answer(200, R"({"friendly_name":"Acme","status":"active"})");
    twilio.will_answer(200, R"({"senders":[{"sender_id":"whatsapp:+1"},{"sender_id":"whatsapp:+447700900999",
        "status":"ONLINE","webhook":{"callback_method":"POST",
        "callback_url":"https://bot.example.com/webhooks/twilio/2#rc=5"}}]})");
    const std::vector<ProbeLine> good = probe(channel);
    CHECK(good.size() == 4);
    for (const ProbeLine& line : good) {
        INFO(line.what);
        CHECK(line.ok);
        CHECK(line.advice.empty());
    }
    CHECK(twilio.requests[0].url == "https://api.twilio.com/2010-04-01/Accounts/" + test::kTwilioAccount + ".json");
    CHECK(twilio.requests[1].url == "https://messaging.twilio.com/v2/Channels/Senders?Channel=whatsapp&PageSize=100");

    // The route that all accounts of the channel share is as good.
    twilio.will_answer(200, R"({"friendly_name":"Acme","status":"active"})");
    twilio.will_answer(200, R"({"senders":[{"sender_id":"whatsapp:+447700900999","status":"ONLINE",
        "webhook":{"callback_method":"POST","callback_url":"https://bot.example.com/webhook"}}]})");
    for (const ProbeLine& line : probe(channel)) CHECK(line.ok);

    twilio.will_answer(401, R"({"code":20003,"message":"Authenticate"})");
    const std::vector<ProbeLine> refused = probe(channel);
    CHECK_FALSE(refused.back().ok);
    CHECK(refused.back().advice.find("TWILIO_AUTH_TOKEN") != std::string::npos);

    twilio.will_answer(200, R"({"status":"suspended"})");
    twilio.will_answer(200, R"({"senders":[]})");
    std::size_t bad = 0;
    for (const ProbeLine& line : probe(channel)) {
        bad += !line.ok;
        CHECK(line.ok == line.advice.empty());
    }
    CHECK(bad == 2);

    twilio.will_answer(200, R"({"status":"active"})");
    twilio.will_answer(200, R"({"senders":[{"sender_id":"whatsapp:+447700900999","status":"OFFLINE",
        "webhook":{"callback_method":"GET","callback_url":"https://old.example.com/"}}]})");
    bad = 0;
    for (const ProbeLine& line : probe(channel)) bad += !line.ok;
    CHECK(bad == 3);
}

TEST_CASE("a probe of a messaging service, of the sandbox, and of nothing at all") {
    ScriptedTwilio twilio;
    TwilioConfig config = twilio_config();
    config.from.clear();
    config.messaging_service_sid = "MG1";
    TwilioChannel service = make(twilio, config);
    twilio.will_answer(200, R"({"status":"active"})");
    twilio.will_answer(200, R"({"friendly_name":"Shop","inbound_request_url":"https://old.example.com"})");
    const std::vector<ProbeLine> lines = probe(service);
    CHECK(lines.back().advice.starts_with("set it to https://bot.example.com/webhooks/twilio/2"));

    config = twilio_config();
    config.from = "whatsapp:+14155238886";
    TwilioChannel sandbox = make(twilio, config);
    twilio.will_answer(200, R"({"status":"active"})");
    CHECK(probe(sandbox).back().what.find("sandbox") != std::string::npos);

    TwilioChannel nothing = make(twilio, TwilioConfig{});
    twilio.will_be_lost();
    for (const ProbeLine& line : probe(nothing)) CHECK_FALSE(line.ok);
    CHECK(twilio.answers.empty());
}

TEST_CASE("an answer that comes after the channel's end still arrives at its asker") {
    std::vector<UniqueFunction<void(net::ClientResult)>> waiting;
    auto channel = std::make_unique<TwilioChannel>(
        7, twilio_config(),
        [&](net::ClientRequest, UniqueFunction<void(net::ClientResult)> done) { waiting.push_back(std::move(done)); },
        PublicLink());
    int answered = 0;
    channel->send(twilio_outbound(OutboundKind::text, std::string(2'000, 'x')), [&](SendResult) { ++answered; });
    channel->missed(kThen, [&](Result<Decoded>) { ++answered; });
    channel->probe([&](std::vector<ProbeLine>) { ++answered; });
    channel->find_sent(twilio_outbound(OutboundKind::text, "x"), kThen, [&](SentBefore) { ++answered; });
    channel.reset();
    for (std::size_t i = 0; i < waiting.size(); ++i) {
        auto done = std::move(waiting[i]);
        net::ClientResponse response;
        response.status = 200;
        response.body = page({});
        done(response);
    }
    CHECK(answered == 4);
}
