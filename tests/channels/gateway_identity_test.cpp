// Which id a webhook event goes by, and what is refused.
#include <catch2/catch.hpp>

#include "channels/gateway/decode.hpp"
#include "support/result_printer.hpp"

using namespace parley;
using namespace parley::channels;

namespace {

Inbound decode_one(const std::string& body) {
    const Result<Decoded> decoded = decode_gateway(body, 1, 1'800'000'000'000);
    INFO(body << "\n" << (decoded ? "" : decoded.error().message));
    REQUIRE(decoded);
    REQUIRE(decoded->messages.size() == 1);
    return decoded->messages.front();
}

std::string error_of(const std::string& body) {
    const Result<Decoded> decoded = decode_gateway(body, 1, 1'800'000'000'000);
    REQUIRE(!decoded);
    CHECK(decoded.error().code == Errc::invalid);
    return decoded.error().message;
}

}  // namespace

TEST_CASE("an event without an id goes by its digest only when nothing else can have the same bytes") {
    const std::string timed =
        R"({"from":"447700900123@s.whatsapp.net","message":{"text":"ok"},"timestamp":"2025-05-04T08:15:30Z"})";
    const std::string filed = R"({"from":"447700900123@s.whatsapp.net","image":{"media_path":"statics/media/1.png"}})";
    const std::string plain = R"({"from":"447700900123@s.whatsapp.net","message":{"text":"ok"}})";
    CHECK(decode_one(timed).provider_id == decode_one(timed).provider_id);
    CHECK(decode_one(timed).provider_id.starts_with("sha256:"));
    CHECK(decode_one(filed).provider_id.starts_with("sha256:"));
    CHECK(decode_one(plain).provider_id.empty());
}

TEST_CASE("an event about a message never has the message's id") {
    const auto body = [](const std::string& event) {
        return R"({"event":")" + event +
               R"(","payload":{"id":"SAME","from":"447700900123@s.whatsapp.net","chat_id":"447700900123@s.whatsapp.net"}})";
    };
    CHECK(decode_one(body("message")).provider_id == "SAME");
    CHECK(decode_one(body("message.edited")).provider_id == "edit:SAME");
    CHECK(decode_one(body("message.revoked")).provider_id == "revoke:SAME");
    CHECK(decode_one(body("message.reaction")).provider_id == "reaction:SAME");
}

TEST_CASE("ids of any length fit an index and stay themselves") {
    const auto body = [](const std::string& id) {
        return R"({"from":"447700900123@s.whatsapp.net","message":{"text":"x","id":")" + id + R"(","replied_id":")" +
               id + R"("}})";
    };
    const Inbound event = decode_one(body(std::string(50'000, 'A')));
    CHECK(event.provider_id.size() == 71);
    CHECK(event.reply_to == event.provider_id);
    CHECK(decode_one(body(std::string(50'000, 'B'))).provider_id != event.provider_id);
}

TEST_CASE("what cannot be a webhook of the gateway is refused with the path of the fault") {
    CHECK(error_of("{}") == "from: is missing");
    CHECK(error_of(R"({"from":"???","message":{"text":"x"}})") == "from: is no WhatsApp address");
    CHECK(error_of(R"({"event":"message","payload":{"body":"x"}})") == "payload.from: is missing");
    CHECK(error_of(R"({"event":"message"})") == "payload.from: is missing");
    CHECK(error_of(R"([1,2])") == "the webhook is no JSON object");
    CHECK(!error_of("").empty());
    CHECK(error_of("{\"from\":\"447700900123@s.whatsapp.net\",\"message\":{\"text\":\"a\\u0000b\"}}").find("U+0000") !=
          std::string::npos);
}

TEST_CASE("v8.0 messages of our own number are ours, others' are not") {
    const auto from = [](const std::string& who) {
        return R"({"device_id":"447700900999:3@s.whatsapp.net","event":"message","payload":{"id":"1","body":"x","from":")" +
               who + R"(","chat_id":"120363041234567890@g.us"}})";
    };
    CHECK(decode_gateway(from("447700900999:12@s.whatsapp.net"), 1, 1)->messages.empty());
    CHECK(decode_gateway(from("447700900123@s.whatsapp.net"), 1, 1)->messages.size() == 1);
}

TEST_CASE("of a gateway with several numbers each account takes what was written to its own") {
    const auto taken = [](const std::string& names, const std::string& device) {
        const auto decoded = decode_gateway(
            "{" + names + R"("event":"message","payload":{"id":"1","body":"x","from":"447700900123@s.whatsapp.net"}})",
            1, 1, device);
        REQUIRE(decoded);
        return decoded->messages.size() == 1;
    };
    const std::string jid = R"("device_id":"447700900999@s.whatsapp.net",)", both = jid + R"("session_id":"shop",)";
    CHECK(taken(both, ""));
    CHECK(taken(both, "shop"));
    CHECK_FALSE(taken(both, "desk"));
    CHECK(taken(both, " shop "));
    for (const std::string& event : {jid, both}) {
        CHECK(taken(event, "447700900999@s.whatsapp.net"));
        CHECK(taken(event, "447700900999:7@s.whatsapp.net"));
        CHECK_FALSE(taken(event, "447700900888@s.whatsapp.net"));
    }
    CHECK(taken(both, "+447700900999"));
    CHECK_FALSE(taken(both, "447700900888"));
    // Before v8.8 a session's name cannot be told from another's.
    CHECK(taken(jid, "shop"));
    CHECK(taken("", "shop"));

    const auto report = R"({"event":"message.ack","device_id":"447700900999@s.whatsapp.net","session_id":"shop",)"
                        R"("payload":{"ids":["A"],"receipt_type":"read","chat_id":"447700900123@s.whatsapp.net"}})";
    CHECK(decode_gateway(report, 1, 1, "shop")->statuses.size() == 1);
    CHECK(decode_gateway(report, 1, 1, "desk")->statuses.empty());
    // One that made out no numbers had only one.
    CHECK(decode_gateway(R"({"from":"447700900123@s.whatsapp.net","message":{"text":"x"}})", 1, 1, "shop")
              ->messages.size() == 1);
}

TEST_CASE("what was sent with our own number is told as an echo to its partner") {
    const auto event = [](const std::string& members) {
        return decode_gateway(R"({"event":"message","device_id":"447700900999@s.whatsapp.net","payload":{"id":"A1",)" +
                                  members + R"(,"is_from_me":true,"body":"I am human"}})",
                              7, 1)
            .value();
    };
    const auto own = R"("from":"447700900999@s.whatsapp.net",)";
    auto decoded = event(std::string(own) + R"("chat_id":"447700900123@s.whatsapp.net")");
    CHECK(decoded.messages.empty());
    REQUIRE(decoded.echoes.size() == 1);
    CHECK(decoded.echoes[0].account == 7);
    CHECK(decoded.echoes[0].chat == "447700900123@s.whatsapp.net");
    CHECK(decoded.echoes[0].provider_id == "A1");
    CHECK(decoded.echoes[0].text == "I am human");
    CHECK_FALSE(decoded.echoes[0].by_human);  // it may be the host's own
    // Our own hidden id, and the partner's number.
    CHECK(event(R"("from":"98765432101234@lid","chat_id":"447700900123@s.whatsapp.net")").echoes.size() == 1);
    CHECK(event(std::string(own) + R"("chat_id":"120363041234567890@g.us")").echoes.empty());
    CHECK(event(std::string(own) + R"("chat_id":"447700900999@s.whatsapp.net")").echoes.empty());

    const auto flat = decode_gateway(R"({"from":"447700900999@s.whatsapp.net","chat_id":"447700900123","from_me":true,)"
                                     R"("message":{"id":"A2","text":"hello"}})",
                                     7, 1);
    CHECK(flat->messages.empty());
    REQUIRE(flat->echoes.size() == 1);
    CHECK(flat->echoes[0].chat == "447700900123@s.whatsapp.net");
}

TEST_CASE("who wrote goes by number and hidden id, and a hidden id is never taken for a number") {
    using Identities = std::vector<Identity>;
    const Identity number{IdentityKind::phone, "447700900123"}, hidden{IdentityKind::lid, "98765432101234"};
    const auto flat = [](const std::string& from) {
        return decode_one(R"({"from":")" + from +
                          R"(","from_lid":"98765432101234@lid","message":{"id":"A","text":"x"}})")
            .identities;
    };
    CHECK(flat("447700900123@s.whatsapp.net") == Identities{number, hidden});
    CHECK(flat("447700900123@s.whatsapp.net in 120363041234567890@g.us") == Identities{number, hidden});
    CHECK(flat("98765432101234@lid") == Identities{hidden});
    const auto event = [](const std::string& payload) {
        return decode_one(R"({"event":"message","payload":{"id":"A","body":"x",)" + payload + "}}").identities;
    };
    CHECK(event(R"("from":"98765432101234@lid","chat_id":"447700900123@s.whatsapp.net")") ==
          Identities{number, hidden});
    CHECK(event(R"("from":"447700900123@s.whatsapp.net","chat_id":"120363041234567890@g.us")") == Identities{number});
}
