#include "channels/twilio_support.hpp"
#include "core/json_reader.hpp"

using namespace parley;
using namespace parley::channels;
using parley::test::decode_twilio_fixture;
using parley::test::kReceived;
using parley::test::twilio_webhook;

namespace {

Inbound message_of(const std::string& fixture) {
    const Decoded decoded = decode_twilio_fixture(fixture);
    REQUIRE(decoded.messages.size() == 1);
    CHECK(decoded.statuses.empty());
    CHECK(decoded.messages[0].kind == EventKind::message);
    return decoded.messages[0];
}

StatusUpdate status_of(const std::string& fixture) {
    const Decoded decoded = decode_twilio_fixture(fixture);
    CHECK(decoded.messages.empty());
    REQUIRE(decoded.statuses.size() == 1);
    return decoded.statuses[0];
}

bool contains(const std::string& text, const std::string& part) {
    return text.find(part) != std::string::npos;
}

using Identities = std::vector<Identity>;

}  // namespace

TEST_CASE("a text of Twilio's") {
    const Inbound event = message_of("text");
    CHECK(event.account == 7);
    CHECK(event.provider_id == "SM00000000000000000000000a11ce0001");
    CHECK(event.type == "text");
    CHECK(event.chat == "whatsapp:+447700900123");
    CHECK(event.sender == "447700900123");
    CHECK(event.sender_name == "Amina Khan");
    CHECK(event.identities == Identities{{IdentityKind::phone, "447700900123"}});
    CHECK(event.text == "It's 5 < 6 &  grüße 👍 +1 100%");  // the no-break space became a plain one
    CHECK(event.group.empty());
    CHECK(event.timestamp == kReceived);
    CHECK(event.payload.empty());
}

TEST_CASE("replies name what they reply to") {
    const Inbound event = message_of("reply");
    CHECK(event.reply_to == "SM00000000000000000000000a11ce0384");
    CHECK(event.payload == R"({"OriginalRepliedMessageSender":"whatsapp:+447700900999"})");
}

TEST_CASE("each file is a message, the first has the words") {
    const Decoded decoded = decode_twilio_fixture("three_files");
    REQUIRE(decoded.messages.size() == 3);
    const std::string id = "MM00000000000000000000000a11ce0003";
    const MediaKind kinds[] = {MediaKind::image, MediaKind::video, MediaKind::document};
    const std::string ids[] = {id, id + ":1", id + ":2"};
    for (std::size_t i = 0; i < 3; ++i) {
        const Inbound& event = decoded.messages[i];
        CHECK(event.provider_id == ids[i]);
        CHECK(event.text == (i == 0 ? "our holiday" : ""));
        CHECK(event.type == to_string(kinds[i]));
        REQUIRE(event.media);
        CHECK(event.media->kind == kinds[i]);
        CHECK(event.media->source.ends_with("/Media/ME0000000000000000000000000000fee" + std::to_string(i)));
        CHECK(event.chat == "whatsapp:+447700900123");
    }
    CHECK(twilio_message_sid(ids[2]) == id);
}

TEST_CASE("files by their types") {
    const Inbound named = message_of("document");
    CHECK(named.media->name == "minutes 2026.pdf");
    CHECK(named.media->mime == "application/pdf");
    CHECK(named.text.empty());
    const Inbound captioned = message_of("document_caption");
    CHECK(captioned.media->name.empty());
    CHECK(captioned.text == "/summarise in two lines.");
    CHECK(message_of("sticker").media->kind == MediaKind::sticker);
    CHECK(message_of("voice").media->kind == MediaKind::audio);
    const Inbound contact = message_of("contact");
    CHECK(contact.type == "contacts");
    CHECK(contact.media->mime == "text/vcard");
    CHECK(contact.media->kind == MediaKind::document);
}

TEST_CASE("places, choices and forms have the Cloud API's shapes") {
    CHECK(message_of("location").payload ==
          R"({"location":{"latitude":5.15007E1,"longitude":-1.246E-1,"name":"Big Ben","address":"London SW1A"}})");
    CHECK(message_of("location").text.empty());

    const Inbound command = message_of("button_template");
    CHECK(command.text == "/confirm 7");
    CHECK(command.payload == R"({"button":{"text":"Yes","payload":"/confirm 7"}})");
    CHECK(command.reply_to == "SM00000000000000000000000a11ce0385");

    const Inbound button = message_of("button_interactive");
    CHECK(button.text == "Later");
    CHECK(button.payload ==
          R"({"interactive":{"type":"button_reply","button_reply":{"id":"later-1","title":"Later"}}})");
    const Inbound row = message_of("list");
    CHECK(row.text == "Tuesday");
    CHECK(row.payload == R"({"interactive":{"type":"list_reply","list_reply":{"id":"day-2","title":"Tuesday",)"
                         R"("description":"10 to 12"}}})");
    const Inbound flow = message_of("flow");
    CHECK(flow.text == "Sent");
    CHECK(contains(flow.payload, R"("response_json":"{\"flow_token\":\"t1\",\"size\":\"L\"}")"));
}

TEST_CASE("what led here, and what was passed on") {
    const Inbound event = message_of("forwarded_ad");
    CHECK(event.text == "how much?");
    CHECK(event.payload ==
          R"({"referral":{"body":"Half price","headline":"Sale","source_id":"123","source_type":"ad",)"
          R"("source_url":"https://fb.me/x","ctwa_clid":"clid-1","ReferralMediaUrl":"https://cdn.example/ad.jpg"},)"
          R"("context":{"forwarded":true,"frequently_forwarded":true}})");
}

TEST_CASE("people without a number are known by their ids") {
    const Inbound hidden = message_of("hidden_number");
    CHECK(hidden.chat == "whatsapp:GB.4477009001230001");
    CHECK(hidden.sender == "GB.4477009001230001");
    CHECK(hidden.identities ==
          Identities{{IdentityKind::user_id, "GB.4477009001230001"}, {IdentityKind::parent_user_id, "GB.ENT.99"}});
    const Inbound both = message_of("both_identities");
    CHECK(both.sender == "447700900123");
    CHECK(both.identities ==
          Identities{{IdentityKind::phone, "447700900123"}, {IdentityKind::user_id, "GB.4477009001230001"}});
}

TEST_CASE("old and future parameters") {
    const Inbound legacy = message_of("legacy");
    CHECK(legacy.type == "text");
    CHECK(legacy.text == "hey");
    CHECK(legacy.sender_name.empty());
    CHECK(message_of("opt_out").payload ==
          R"({"OptOutType":"STOP","MessagingServiceSid":"MG0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b",)"
          R"("SomethingNew":"from next year"})");
    const Decoded order = decode_twilio_fixture("unknown_type");
    REQUIRE(order.messages.size() == 1);
    CHECK(order.messages[0].kind == EventKind::other);
    CHECK(order.messages[0].type == "order");
    CHECK(order.messages[0].payload == R"({"OrderData":"{\"items\":2}"})");
}

TEST_CASE("status callbacks come to the same URL") {
    const Decoded queued = decode_twilio_fixture("status_queued");
    CHECK((queued.messages.empty() && queued.statuses.empty() && queued.events.empty()));
    const StatusUpdate delivered = status_of("status_delivered");
    CHECK(delivered.status == DeliveryStatus::delivered);
    CHECK(delivered.account == 7);
    CHECK(delivered.provider_ids == std::vector<std::string>{"SM00000000000000000000000a11ce0032"});
    CHECK(delivered.message == 0);
    CHECK(delivered.timestamp == kReceived);
    CHECK(contains(delivered.details, R"("ChannelPrefix":"whatsapp")"));
    CHECK(status_of("status_read").status == DeliveryStatus::read);
    CHECK(status_of("status_old_name").status == DeliveryStatus::sent);

    const Decoded unheard = decode_twilio_fixture("status_unheard_of");
    REQUIRE(unheard.messages.size() == 1);
    CHECK(unheard.messages[0].kind == EventKind::other);
    CHECK(unheard.messages[0].type == "status");
    CHECK(unheard.messages[0].provider_id == "teleported:SM00000000000000000000000a11ce0036");
}

TEST_CASE("failures say why and what to do") {
    const StatusUpdate window = status_of("status_failed_window");
    CHECK(window.status == DeliveryStatus::failed);
    CHECK(window.reason.starts_with("63016: "));
    CHECK(contains(window.reason, "template"));
    CHECK(contains(window.details, R"("class":"permanent")"));
    const StatusUpdate rate = status_of("status_undelivered_whatsapp_471");
    CHECK(rate.status == DeliveryStatus::failed);
    CHECK(rate.reason.starts_with("63018: "));
    CHECK(rate.reason.ends_with(": Error 471: spam rate limit hit"));
    CHECK(contains(rate.details, R"("class":"throttled")"));
    CHECK_FALSE(window.passing);
    CHECK(rate.passing);
}

TEST_CASE("a failure passes or stays, as its code says") {
    const auto failed_with = [](const std::string& code, const std::string& status) {
        const auto decoded =
            decode_twilio(twilio_webhook("AccountSid=" + test::twilio_config().account_sid +
                                         "&To=whatsapp%3A%2B16505551234&MessageSid=SM1&MessageStatus=" + status +
                                         "&ErrorCode=" + code),
                          test::twilio_config(), 7, kReceived);
        return decoded.value().statuses.at(0);
    };
    const auto passes = [&](const std::string& code, const std::string& status) {
        return failed_with(code, status).passing;
    };
    CHECK(passes("63010", "failed"));
    CHECK(passes("63012", "undelivered"));
    CHECK_FALSE(passes("63012", "canceled"));
    CHECK_FALSE(passes("63038", "failed"));  // tomorrow, and an admin must know
    CHECK_FALSE(passes("63024", "undelivered"));
    CHECK_FALSE(passes("99999", "failed"));
    CHECK_FALSE(passes("63012", "delivered"));
    CHECK(failed_with("63051", "failed").alarm);
    CHECK(failed_with("63112", "undelivered").alarm);
    CHECK_FALSE(failed_with("63024", "undelivered").alarm);
    CHECK(failed_with("63024", "undelivered").opted_out.empty());
    CHECK(failed_with("21610", "failed").opted_out == std::vector<Identity>{{IdentityKind::phone, "16505551234"}});
}

TEST_CASE("our id of a message comes back in the URL that it was given") {
    const Decoded decoded = decode_twilio_fixture("status_delivered", "/webhooks/twilio/2?message=4711");
    CHECK(decoded.statuses.at(0).message == 4711);
    for (const char* odd : {"?message=", "?message=x", "?message=-1", "?message=99999999999999999999", "?m=1"})
        CHECK(decode_twilio_fixture("status_delivered", std::string("/w") + odd).statuses.at(0).message == 0);
}

TEST_CASE("alerts are events of the account") {
    const Decoded decoded = decode_twilio_fixture("debugger");
    REQUIRE(decoded.events.size() == 1);
    CHECK(decoded.events[0].type == "debugger");
    CHECK(contains(decoded.events[0].payload, R"("Level":"ERROR")"));

    net::Request request = twilio_webhook(R"({"type":"com.twilio.x"})", "/w?bodySHA256=00");
    const Result<Decoded> json = decode_twilio(request, test::twilio_config(), 7, kReceived);
    REQUIRE(json);
    CHECK(json->events.at(0).type == "com.twilio.x");
    CHECK(json->events.at(0).payload == request.body);
    // Requeued from the dead letters it has no URL.
    const Result<Decoded> again = decode_twilio(twilio_webhook(request.body, ""), test::twilio_config(), 7, kReceived);
    REQUIRE(again);
    CHECK(again->events.at(0).payload == request.body);
    const Result<Decoded> broken = decode_twilio(twilio_webhook("[{]", ""), test::twilio_config(), 7, kReceived);
    REQUIRE_FALSE(broken);
    CHECK_FALSE(contains(broken.error().message, "AccountSid"));
}

TEST_CASE("webhooks of others are unclaimed, not lost") {
    TwilioConfig config = test::twilio_config();
    const net::Request request = twilio_webhook(test::read_whole_file(test::twilio_fixtures() / "text.form"));
    config.from = "+44 7700 900-999";  // as people write it
    CHECK(decode_twilio(request, config, 7, kReceived)->messages.size() == 1);
    config.from = "whatsapp:+447700900998";
    const Result<Decoded> other_number = decode_twilio(request, config, 7, kReceived);
    REQUIRE(other_number->unclaimed.size() == 1);
    CHECK(other_number->messages.empty());
    CHECK(other_number->unclaimed[0].raw == request.body);
    config.from.clear();
    CHECK(decode_twilio(request, config, 7, kReceived)->messages.size() == 1);
    config.account_sid = "AC00000000000000000000000000000000";
    CHECK(contains(decode_twilio(request, config, 7, kReceived)->unclaimed.at(0).reason, test::kTwilioAccount));
}

TEST_CASE("what is not understood names what is missing") {
    const std::string account = "AccountSid=" + test::kTwilioAccount;
    const auto words = [](const std::string& body) {
        const Result<Decoded> decoded = decode_twilio(twilio_webhook(body), test::twilio_config(), 7, kReceived);
        REQUIRE(!decoded);
        CHECK(decoded.error().code == Errc::invalid);
        return decoded.error().message;
    };
    CHECK(words("") == "AccountSid: is missing");
    CHECK(words("MessageSid=SM1&From=whatsapp%3A%2B447700900123") == "AccountSid: is missing");
    CHECK(words(account + "&MessageSid=SM1") == "From: is missing");
    CHECK(words(account + "&MessageSid=SM1&From=somebody") == "From: is no WhatsApp address");
    CHECK(words(account + "&From=whatsapp%3A%2B447700900123") == "MessageSid: is missing");
    CHECK(words(account + "&MessageStatus=sent") == "MessageSid: is missing");
    CHECK(words(account + "&Body=a%00b") == "Body: is no text (bad UTF-8 or a zero byte)");
    CHECK(words(account + "&Body=%FF") == "Body: is no text (bad UTF-8 or a zero byte)");
    CHECK(contains(words(account + "&Body=%zz"), "not encoded properly"));
}

TEST_CASE("ids of any length fit into an index") {
    const std::string body =
        "AccountSid=" + test::kTwilioAccount + "&From=whatsapp%3A%2B447700900123&MessageSid=" + std::string(5'000, 'x');
    const Result<Decoded> decoded = decode_twilio(twilio_webhook(body), test::twilio_config(), 7, kReceived);
    CHECK(decoded->messages.at(0).provider_id.starts_with("sha256:"));
}

TEST_CASE("addresses in all spellings") {
    const std::string phone = "whatsapp:+447700900123";
    for (const char* same : {"whatsapp:+447700900123", "WhatsApp: +44 7700 900-123", "+447700900123", "447700900123",
                             "447700900123@s.whatsapp.net", " +44 (7700) 900.123 "})
        CHECK(parse_twilio_address(same).text() == phone);
    CHECK(parse_twilio_address("US.1349").text() == "whatsapp:US.1349");
    for (const char* none : {"", "whatsapp:", "+", "+1234", "+1234567890123456", "0447700900", "somebody",
                             "120363025246125486@g.us", "us.1349", "US.", "US.a b", "whatsapp:+44\n7700900123"})
        CHECK(parse_twilio_address(none).empty());
}
