// Twilio from the webhook to the delivery: the built host, signed forms, a Messages API that remembers.

#include <catch2/catch.hpp>

#include "core/crypto.hpp"
#include "support/twilio.hpp"

namespace parley::e2e {
namespace {

using twilio::account;
using twilio::field;
using twilio::now_as_twilio_writes_it;
using twilio::public_url;
using twilio::sign;
using twilio::token;
using World = twilio::TwilioStage;

World& world() {
    static World one;
    return one;
}

}  // namespace

TEST_CASE("a command is answered through Twilio, once, whichever of its webhook's routes it came by") {
    auto& w = world();
    int number = 0;
    for (const std::string target : {"/webhook", "/webhook?bot=1", "/webhooks/twilio/twilio"}) {
        const std::string person = "92300888000" + std::to_string(++number);
        const std::string body = twilio::text_form("/echo it's me", person);
        CAPTURE(target);
        const auto answer = w.post(body, target);
        CHECK(answer.status >= 200);
        CHECK(answer.status < 300);
        CHECK(w.post(body, target).status == answer.status);  // Twilio repeats
        CHECK(w.post(twilio::text_form("/ping", person), target).status == answer.status);
        REQUIRE(eventually([&] { return w.sent_to(person).size() >= 2; }));
        const auto sent = w.sent_to(person);
        REQUIRE(sent.size() == 2);
        CHECK(field(sent[0], "Body") == "it's me");
        CHECK(field(sent[1], "Body") == "pong");
        CHECK(field(sent[0], "From") == "whatsapp:+14155238886");
        std::string credentials = account;
        credentials.append(":").append(token);
        CHECK(sent[0].headers.get("Authorization") == "Basic " + crypto::base64_encode(credentials));
    }
}

TEST_CASE("a form that Twilio did not sign is refused") {
    auto& w = world();
    const std::string body = twilio::text_form("/ping", "923008880009");
    const auto post = [&](const std::string& signature, const std::string& with) {
        return http(w.host.port(), "POST", "/webhook", with,
                    {{"Content-Type", "application/x-www-form-urlencoded"}, {"X-Twilio-Signature", signature}})
            .status;
    };
    const std::string good = sign("/webhook", body);
    CHECK(post("", body) == 401);
    CHECK(post(sign("/webhooks/twilio/twilio", body), body) == 401);
    std::string changed = body;
    changed[changed.size() / 2] ^= 1;
    CHECK(post(good, changed) == 401);
    CHECK(post(good, body) < 300);
}

TEST_CASE("a template is sent by its content id") {
    auto& w = world();
    const std::string person = "923008880030", content = "HX0123456789abcdef0123456789abcdef";
    const auto sent =
        w.host.cli({"send", person, "--account", "twilio", "--kind", "template", "--payload",
                    R"({"name":")" + content +
                        R"(","components":[{"type":"body","parameters":[{"type":"text","text":"Ann"}]}]})"});
    CAPTURE(sent.out, sent.err);
    CHECK(sent.code == 0);
    REQUIRE(eventually([&] { return w.sent_to(person).size() == 1; }));
    CHECK(field(w.sent_to(person)[0], "ContentSid") == content);
    CHECK(field(w.sent_to(person)[0], "ContentVariables") == R"({"1":"Ann"})");
}

TEST_CASE("without a public URL messages go out, and come in as soon as it is known") {
    World w("");
    const std::string person = "923008880040";
    CHECK(w.post(twilio::text_form("/ping", person)).status == 401);
    const auto sent = w.host.cli({"send", person, "--account", "twilio", "--kind", "template", "--payload",
                                  R"({"name":"HX0123456789abcdef0123456789abcdef"})"});
    CAPTURE(sent.out, sent.err);
    CHECK(sent.code == 0);
    CHECK(w.sent_to(person).size() == 1);
    const auto set = w.host.cli({"chat", "--admin", "--say", "/admin setting -c public_url " + public_url});
    CAPTURE(set.out, set.err);
    CHECK(set.code == 0);
    CHECK(w.post(twilio::text_form("/ping", person)).status < 300);
    REQUIRE(eventually([&] { return w.sent_to(person).size() >= 2; }));
    CHECK(field(w.sent_to(person)[1], "Body") == "pong");
    CHECK(field(w.sent_to(person)[1], "StatusCallback").starts_with(public_url + "/webhooks/twilio/twilio"));
}

TEST_CASE("a send whose answer was lost is looked up, not made again") {
    auto& w = world();
    const std::string person = "923008880010";
    std::atomic<bool> cut{true};
    w.api.answer_with([&](const net::Request& request) -> std::optional<net::Response> {
        if (request.method == "POST" && field(request, "Body") == "lost answer" && cut.exchange(false))
            return std::nullopt;
        if (request.method == "GET") {
            // Twilio has it.
            return net::Response::json(
                200, R"({"messages":[{"sid":"SM00000000000000000000000000000042","direction":"outbound-api",)"
                     R"("to":"whatsapp:+)" +
                         person +
                         R"(","from":"whatsapp:+14155238886","body":"lost answer","status":"sent","num_media":"0",)"
                         R"("date_created":")" +
                         now_as_twilio_writes_it() + R"("}],"next_page_uri":null})");
        }
        return w.usual(request);
    });
    CHECK(w.post(twilio::text_form("/echo lost answer", person)).status < 300);
    CHECK(w.post(twilio::text_form("/ping", person)).status < 300);
    REQUIRE(eventually([&] { return w.sent_to(person).size() >= 2; }, 60s));
    const auto sent = w.sent_to(person);
    REQUIRE(sent.size() == 2);
    CHECK(field(sent[0], "Body") == "lost answer");
    CHECK(field(sent[1], "Body") == "pong");
    w.api.answer_with([&](const net::Request& request) { return w.usual(request); });
}

TEST_CASE("what came in while the host was down is taken from Twilio's list, once") {
    World w;  // of its own: it is stopped
    const std::string person = "923008880011";
    CHECK(w.post(twilio::text_form("/echo before", person)).status < 300);
    REQUIRE(eventually([&] { return w.sent_to(person).size() == 1; }));
    w.host.stop();
    w.api.answer_with([&](const net::Request& request) -> std::optional<net::Response> {
        if (request.method != "GET") return w.usual(request);
        return net::Response::json(
            200, R"({"messages":[{"sid":"SM00000000000000000000000000000077","direction":"inbound",)"
                 R"("from":"whatsapp:+)" +
                     person +
                     R"(","to":"whatsapp:+14155238886","body":"/echo while away","status":"received","num_media":"0",)"
                     R"("date_created":")" +
                     now_as_twilio_writes_it() + R"("}],"next_page_uri":null})");
    });
    w.host.start();
    REQUIRE(eventually([&] { return w.sent_to(person).size() >= 2; }));
    // Its webhook comes late after all.
    CHECK(w.post(twilio::text_form("/echo while away", person, "00000000000000000000000000000077")).status < 300);
    CHECK(w.post(twilio::text_form("/ping", person)).status < 300);
    REQUIRE(eventually([&] { return w.sent_to(person).size() >= 3; }));
    const auto sent = w.sent_to(person);
    REQUIRE(sent.size() == 3);
    CHECK(field(sent[1], "Body") == "while away");
    CHECK(field(sent[2], "Body") == "pong");
}

TEST_CASE("two numbers of one Twilio account share the older URL: each answers what was written to it") {
    auto& w = world();
    const auto added =
        w.host.cli({"account", "add", "twilio", "second", "account_sid=" + account, "auth_token=" + token,
                    "from=whatsapp:+14155550002", "public_url=" + public_url, "base_url=" + w.api.url()});
    CAPTURE(added.out, added.err);
    REQUIRE(added.code == 0);
    const std::string person = "923008880020";
    std::string body = twilio::text_form("/ping", person);
    const std::string first = "14155238886", second = "14155550002";
    body.replace(body.find(first), first.size(), second);
    CHECK(w.post(body).status < 300);
    REQUIRE(eventually([&] { return w.sent_to(person).size() >= 1; }));
    CHECK(field(w.sent_to(person)[0], "From") == "whatsapp:+" + second);
    CHECK(w.post(twilio::text_form("/ping", person)).status < 300);
    REQUIRE(eventually([&] { return w.sent_to(person).size() >= 2; }));
    CHECK(field(w.sent_to(person)[1], "From") == "whatsapp:+" + first);
}

}  // namespace parley::e2e
