// What an account of Twilio is found to lack before anybody writes to it.
#include "channels/twilio_support.hpp"

using namespace parley;
using namespace parley::channels;
using namespace parley::test;

namespace {

std::vector<ProbeLine> probe(TwilioChannel& channel) {
    return once<std::vector<ProbeLine>>([&](auto done) { channel.probe(done); });
}

}  // namespace

TEST_CASE("a probe looks at account, sender and webhook") {
    ScriptedTwilio twilio;
    TwilioChannel channel = twilio_channel(twilio);
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
    CHECK(twilio.requests[0].url == "https://api.twilio.com/2010-04-01/Accounts/" + kTwilioAccount + ".json");
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
    TwilioChannel service = twilio_channel(twilio, config);
    twilio.will_answer(200, R"({"status":"active"})");
    twilio.will_answer(200, R"({"friendly_name":"Shop","inbound_request_url":"https://old.example.com"})");
    const std::vector<ProbeLine> lines = probe(service);
    CHECK(lines.back().advice.starts_with("set it to https://bot.example.com/webhooks/twilio/2"));

    config = twilio_config();
    config.from = "whatsapp:+14155238886";
    TwilioChannel sandbox = twilio_channel(twilio, config);
    twilio.will_answer(200, R"({"status":"active"})");
    CHECK(probe(sandbox).back().what.find("sandbox") != std::string::npos);

    TwilioChannel nothing = twilio_channel(twilio, TwilioConfig{});
    twilio.will_be_lost();
    for (const ProbeLine& line : probe(nothing)) CHECK_FALSE(line.ok);
    CHECK(twilio.answers.empty());
}
