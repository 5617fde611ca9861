// What Twilio has kept: sends whose answer was lost, and messages that came in while nobody listened.
#include <boost/json.hpp>

#include "channels/fallback.hpp"
#include "channels/twilio_support.hpp"
#include "core/ids.hpp"

using namespace parley;
using namespace parley::channels;
using namespace parley::test;

namespace {

SentBefore find(TwilioChannel& channel, const Outbound& message, UnixMillis since) {
    return once<SentBefore>([&](auto done) { channel.find_sent(message, since, done); });
}
Result<Decoded> missed(TwilioChannel& channel, UnixMillis since) {
    return once<Result<Decoded>>([&](auto done) { channel.missed(since, done); });
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
boost::json::object file_row(const std::string& sid) {
    boost::json::object json = row(sid, "");
    json["num_media"] = "1";
    return json;
}
Outbound document(MessageId id, const std::string& caption) {
    Outbound message = twilio_outbound(OutboundKind::media, caption);
    message.id = id;
    message.media.kind = MediaKind::document;
    message.media.mime = "application/pdf";
    message.media.stored = "report.pdf";
    return message;
}
std::string page(boost::json::array rows, boost::json::value next = nullptr) {
    return boost::json::serialize(boost::json::object{{"messages", std::move(rows)}, {"next_page_uri", next}});
}
const std::string kNext = "/2010-04-01/Accounts/" + kTwilioAccount + "/Messages.json?Page=1&PageToken=PT";

}  // namespace

TEST_CASE("a send whose answer was lost is looked up") {
    const Outbound message = twilio_outbound(OutboundKind::text, "hello ");
    ScriptedTwilio twilio;
    TwilioChannel channel = twilio_channel(twilio);
    const auto verdict = [&](boost::json::array rows, UnixMillis since = kThen) {
        twilio.will_answer(200, page(std::move(rows)));
        return find(channel, message, since);
    };
    const SentBefore found = verdict({row("SM3", "other"), row("SM2", "hello"), row("SM1", "hello")});
    CHECK(found.verdict == SentBefore::Verdict::found);
    CHECK(found.provider_id == "SM2");
    CHECK(twilio.requests[0].url == "https://api.twilio.com/2010-04-01/Accounts/" + kTwilioAccount +
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
    CHECK(find(channel, twilio_outbound(OutboundKind::edit, "x"), kThen).verdict == SentBefore::Verdict::unknown);
    // What Twilio has none of went out in words, and is known by them.
    const Outbound poll = twilio_outbound(OutboundKind::poll, "", R"({"question":"Tea?","options":["yes","no"]})");
    const Outbound in_words = with_fallback(poll, channel.capabilities()).value();
    twilio.will_answer(200, page({row("SM1", in_words.text)}));
    CHECK(find(channel, poll, kThen).provider_id == "SM1");
}

TEST_CASE("a template comes back as the text that it became: reports tell, if the list does not") {
    const Outbound message =
        twilio_outbound(OutboundKind::template_message, "", R"({"name":"HX0123456789abcdef0123456789abcdef"})");
    for (const bool has_callback : {true, false}) {
        CAPTURE(has_callback);
        TwilioConfig config = twilio_config();
        config.status_callback = has_callback;
        ScriptedTwilio twilio;
        TwilioChannel channel = twilio_channel(twilio, config);
        twilio.will_answer(200, page({row("SM1", "Dear Amina")}));
        const SentBefore unknown = find(channel, message, kThen);
        CHECK(unknown.verdict == SentBefore::Verdict::unknown);
        CHECK(unknown.reports == has_callback);
        CHECK_FALSE(unknown.ask_again);
        twilio.will_answer(200, page({row("SM1", "Dear Amina")}));
        CHECK(find(channel, message, kThen + 5'000).verdict == SentBefore::Verdict::absent);
        twilio.will_answer(401, "");  // there the next send tells the admin
        CHECK_FALSE(find(channel, message, kThen).reports);
    }
}

TEST_CASE("a lookup reads on, within bounds and within the account") {
    const Outbound message = twilio_outbound(OutboundKind::text, "hello");
    ScriptedTwilio twilio;
    TwilioChannel channel = twilio_channel(twilio);
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
    TwilioChannel channel = twilio_channel(twilio);
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
    TwilioChannel channel = twilio_channel(twilio);
    twilio.will_be_lost();
    CHECK(twilio_send(channel, message).error().kind == SendError::Class::in_doubt);
    twilio.will_answer(200, page({row("SM1", first)}));
    CHECK(find(channel, message, kThen).verdict == SentBefore::Verdict::absent);  // the message as a whole
    twilio.will_be_lost();
    CHECK(twilio_send(channel, message).error().kind == SendError::Class::in_doubt);
    CHECK(twilio.form(2).at(2).second == second);
    twilio.will_answer(200, page({row("SM2", second), row("SM1", first)}));
    CHECK(find(channel, message, kThen).provider_id == "SM2");
}

TEST_CASE("a file is not taken for the one of another message") {
    ScriptedTwilio twilio;
    TwilioChannel channel = twilio_channel(twilio);
    const Outbound first = document(1, "the first"), second = document(2, "the second");
    const auto will_take = [&](const std::string& sid) { twilio.will_answer(201, R"({"sid":")" + sid + R"("})"); };

    SECTION("which an earlier process sent") {
        twilio.will_answer(200, page({row("SM2", "the first"), file_row("MM1")}));
        CHECK(find(channel, second, kThen).verdict == SentBefore::Verdict::absent);
        will_take("MM3");
        will_take("SM4");
        CHECK(twilio_send(channel, second)->provider_id == "SM4");
        REQUIRE(twilio.requests.size() == 3);
        CHECK(twilio.form(1).at(2).first == "MediaUrl");
        CHECK(twilio.form(2).at(2).second == "the second");
        // It may have gone out as a whole as well: its words tell.
        twilio.will_answer(200, page({row("SM6", "the first"), file_row("MM5")}));
        CHECK(find(channel, first, kThen).provider_id == "SM6");
    }
    SECTION("which this process sent") {
        will_take("MM1");
        will_take("SM2");
        REQUIRE(twilio_send(channel, first));
        twilio.will_be_lost();
        CHECK(twilio_send(channel, second).error().kind == SendError::Class::in_doubt);
        twilio.will_answer(200, page({row("SM2", "the first"), file_row("MM1")}));
        CHECK(find(channel, second, kThen).verdict == SentBefore::Verdict::absent);
        twilio.will_be_lost();
        CHECK(twilio_send(channel, second).error().kind == SendError::Class::in_doubt);
        CHECK(twilio.form(4).at(2).first == "MediaUrl");
        // Its own is believed, and is then no other's.
        twilio.will_answer(200, page({file_row("MM3"), row("SM2", "the first"), file_row("MM1")}));
        CHECK(find(channel, second, kThen).verdict == SentBefore::Verdict::absent);
        will_take("SM4");
        CHECK(twilio_send(channel, second)->provider_id == "SM4");
        CHECK(twilio.form(6).at(2).second == "the second");
        twilio.will_be_lost();
        const Outbound third = document(3, "the third");
        CHECK(twilio_send(channel, third).error().kind == SendError::Class::in_doubt);
        twilio.will_answer(200, page({file_row("MM3")}));
        CHECK(find(channel, third, kThen).verdict == SentBefore::Verdict::absent);
        will_take("MM5");
        will_take("SM6");
        CHECK(twilio_send(channel, third)->provider_id == "SM6");
        CHECK(twilio.form(9).at(2).first == "MediaUrl");
    }
}

TEST_CASE("a last piece that turns out to be another message's goes out alone") {
    ScriptedTwilio twilio;
    TwilioChannel channel = twilio_channel(twilio);
    const Outbound message = document(1, "the same words");
    twilio.will_answer(201, R"({"sid":"MM1"})");
    twilio.will_be_lost();
    CHECK(twilio_send(channel, message).error().kind == SendError::Class::in_doubt);
    twilio.will_answer(200, page({row("SM0", "the same words")}));
    CHECK(find(channel, message, kThen).provider_id == "SM0");  // recorded for another: the sender sends again
    twilio.will_answer(201, R"({"sid":"SM2"})");
    CHECK(twilio_send(channel, message)->provider_id == "SM2");
    CHECK(twilio.form(3).at(2).first == "Body");
    CHECK(twilio.answers.empty());
}

TEST_CASE("messages that came in meanwhile are told as webhooks would have") {
    ScriptedTwilio twilio;
    TwilioChannel channel = twilio_channel(twilio);
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
          "https://api.twilio.com/2010-04-01/Accounts/" + kTwilioAccount +
              "/Messages.json?To=whatsapp%3A%2B447700900999&DateSent%3E=2023-08-24T05%3A01%3A45Z&PageSize=500");
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
    TwilioChannel channel = twilio_channel(twilio);
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
