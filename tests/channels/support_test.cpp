#include <catch2/catch.hpp>
#include <functional>

#include "channels/support/answers.hpp"
#include "channels/support/support_channel.hpp"
#include "support/fetching.hpp"
#include "support/result_printer.hpp"

using namespace parley;
using namespace parley::channels;

namespace {

constexpr UnixMillis kNow = 1'737'799'200'000;  // 2025-01-25T10:00:00Z

// Keeps what was posted until the test runs it.
class HeldExecutor final : public Executor {
public:
    void post(UniqueFunction<void()> work) override { work_.push_back(std::move(work)); }
    TimerId after(std::chrono::milliseconds, UniqueFunction<void()>) override { return 0; }
    void cancel(TimerId) override {}
    bool on_loop_thread() const override { return true; }
    void run() {
        auto work = std::move(work_);
        for (auto& item : work) item();
    }

private:
    std::vector<UniqueFunction<void()>> work_;
};

Result<void> verify(SupportConfig config, const std::string& authorization) {
    HeldExecutor executor;
    net::Request request;
    if (!authorization.empty()) request.headers.set("Authorization", authorization);
    return SupportChannel(1, std::move(config), executor).verify(request);
}

}  // namespace

TEST_CASE("the support webhook answers word for word") {
    const auto message =
        decode_support_webhook(R"({"sender":"+44 7700 900123","receiver":"Desk","content":"Hi \"you\""})", kNow);
    REQUIRE(message);
    const net::Response answer = support_received(*message);
    CHECK(answer.status == 200);
    CHECK(answer.headers.get("Content-Type").starts_with("application/json"));
    CHECK(answer.body ==
          R"({"message":"Webhook received asynchronously","data":{"sender":"+44 7700 900123","receiver":"Desk",)"
          R"("content":"Hi \"you\"","timestamp":"2025-01-25T10:00:00Z"}})");
    CHECK(support_invalid_payload().status == 400);
    CHECK(support_invalid_payload().body == R"({"error":"Invalid payload"})");
}

TEST_CASE("the send route answers word for word") {
    const auto message = decode_support_send(R"({"sender":"1","receiver":"2","content":"Hello"})", kNow);
    REQUIRE(message);
    CHECK(message->status == "sent");
    const net::Response answer = support_sent(*message);
    CHECK(answer.status == 201);
    CHECK(answer.body ==
          R"({"message":"Message sent asynchronously","data":{"sender":"1","receiver":"2","content":"Hello",)"
          R"("timestamp":"2025-01-25T10:00:00Z"}})");
    CHECK(decode_support_send(R"({"sender":"1","receiver":"2","content":"x","status":"failed"})", kNow)->status ==
          "failed");
    // Who it is from and its status are kept beside what is sent.
    const Outbound out = to_outbound(*decode_support_send(R"({"sender":"1","receiver":"+2","content":"x"})", kNow), 5);
    CHECK(out.chat == "2");
    CHECK(out.text == "x");
    CHECK(out.payload == R"({"sender":"1","status":"sent"})");
}

TEST_CASE("a support webhook becomes a message") {
    const std::string body = R"({"sender":"+44 7700-900123","content":"need\u00a0help"})";
    const auto message = decode_support_webhook(body, kNow);
    REQUIRE(message);
    CHECK(message->receiver == "Me");
    const Inbound event = to_inbound(*message, body, 5);
    CHECK(event.account == 5);
    CHECK(event.sender == "447700900123");
    CHECK(event.chat == "447700900123");
    CHECK(event.text == "need help");
    CHECK(event.provider_id.empty());
    CHECK(event.timestamp == kNow);
    CHECK(event.payload == R"({"receiver":"Me"})");
    CHECK(event.kind == EventKind::message);
}

TEST_CASE("a support message's id is its own, or its digest when it names a time") {
    const auto id_of = [](const std::string& body) {
        return to_inbound(*decode_support_webhook(body, kNow), body, 1).provider_id;
    };
    CHECK(id_of(R"({"sender":"1","content":"x","id":"m-1"})") == "m-1");
    CHECK(id_of(R"({"sender":"1","content":"x","id":77})") == "77");
    CHECK(id_of(R"({"sender":"1","content":"x","timestamp":"2025-01-25T10:00:00Z"})").starts_with("sha256:"));
    CHECK(id_of(R"({"sender":"1","content":"x","timestamp":"whenever"})").empty());
}

TEST_CASE("numbers may be JSON numbers, names stay names") {
    CHECK(decode_support_webhook(R"({"sender":447700900123,"content":5})", kNow)->content == "5");
    CHECK(support_person(" +44 (7700) 900.123 ") == "447700900123");
    CHECK(support_person("sender_phone_number") == "sender_phone_number");
    CHECK(support_person("+") == "+");
}

TEST_CASE("incomplete support payloads are refused") {
    for (const char* body :
         {"", "[]", "{}", R"({"sender":"1"})", R"({"content":"x"})", R"({"sender":"","content":"x"})",
          R"({"sender":"1","content":"  "})", R"({"sender":["1"],"content":"x"})",
          R"({"sender":"1","content":"a\u0000b"})", R"({"sender":"1","receiver":"","content":"x"})"}) {
        INFO(body);
        const auto webhook = decode_support_webhook(body, kNow);
        REQUIRE(!webhook);
        CHECK(webhook.error().code == Errc::invalid);
        CHECK_FALSE(decode_support_send(body, kNow));
    }
    CHECK_FALSE(decode_support_send(R"({"sender":"1","content":"x"})", kNow));  // to whom?
    CHECK_FALSE(decode_support_webhook(R"({"sender":")" + std::string(129, '1') + R"(","content":"x"})", kNow));
}

TEST_CASE("the support channel wants its token") {
    SupportConfig config;
    const auto closed = verify(config, "Bearer x");
    REQUIRE(!closed);
    CHECK(closed.error().code == Errc::unauthorized);
    CHECK(closed.error().message.find("SUPPORT_TOKEN") != std::string::npos);
    config.allow_unauthenticated = true;
    CHECK(verify(config, ""));

    config.token = Secret("s3cret");  // a token counts, whatever else is allowed
    CHECK(verify(config, "Bearer s3cret"));
    CHECK(verify(config, "bearer s3cret"));
    for (const char* wrong :
         {"", "Bearer", "Bearer ", "Bearer s3cre", "Bearer s3crets", "Basic s3cret", "s3cret", "Bearer S3CRET"}) {
        INFO(wrong);
        CHECK_FALSE(verify(config, wrong));
    }
}

TEST_CASE("the support channel sends at once, under ids of its own, and never from inside send()") {
    HeldExecutor executor;
    SupportChannel channel(3, {}, executor);
    CHECK(channel.name() == "support");
    CHECK_FALSE(channel.capabilities().media);
    std::vector<std::string> ids;
    for (int i = 0; i < 2; ++i)
        channel.send(Outbound{}, [&](SendResult result) { ids.push_back(result->provider_id); });
    CHECK(ids.empty());
    executor.run();
    REQUIRE(ids.size() == 2);
    CHECK(ids[0].starts_with("support:"));
    CHECK(ids[0] != ids[1]);

    std::optional<Errc> code;
    test::fetch_text(channel, Inbound{}, 1, [&](Result<std::string> result) { code = result.error().code; });
    executor.run();
    CHECK(code == Errc::unsupported);

    net::Request request;
    request.body = R"({"sender":"1","content":"x"})";
    CHECK(channel.decode(request)->messages.front().account == 3);
    request.body = "nonsense";
    CHECK_FALSE(channel.decode(request));
}
