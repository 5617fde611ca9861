// The gateway at both ends: its webhooks, right and wrong, and what happens when it or the database fails.
#include <openssl/hmac.h>

#include <algorithm>
#include <catch2/catch.hpp>
#include <csignal>
#include <filesystem>
#include <set>

#include "support/stage.hpp"

namespace parley::e2e {
namespace {

using Catch::Matchers::Contains;
using Catch::Matchers::StartsWith;
using namespace std::string_literals;

const std::string secret = "a webhook secret";

Stage& stage() {
    static Stage one({{"GATEWAY_WEBHOOK_SECRET", ""}}, {"echo", "ping"});
    return one;
}

std::string signature(const std::string& body, const std::string& key) {
    unsigned char mac[EVP_MAX_MD_SIZE];
    unsigned size = 0;
    HMAC(EVP_sha256(), key.data(), static_cast<int>(key.size()), reinterpret_cast<const unsigned char*>(body.data()),
         body.size(), mac, &size);
    std::string hex = "sha256=";
    for (unsigned i = 0; i < size; ++i) {
        static constexpr char digits[] = "0123456789abcdef";
        hex += digits[mac[i] >> 4];
        hex += digits[mac[i] & 15];
    }
    return hex;
}

std::vector<std::string> texts_to(const std::string& person, bool also_refused = false) {
    std::vector<std::string> texts;
    for (const auto& call : stage().gateway.calls_to(person + "@s.whatsapp.net"))
        if (also_refused || !call.refused) texts.push_back(call.text());
    return texts;
}

void write(const std::string& text, const std::string& person) {
    REQUIRE(stage().host.post(body_of({.text = text, .from = person})).status == 200);
}

bool arrived(const std::string& person, const std::vector<std::string>& texts) {
    return eventually([&] { return texts_to(person).size() >= texts.size(); }) && texts_to(person) == texts;
}

std::size_t dead_letters() {
    const auto list = stage().host.cli({"dead", "list"}).out;
    if (list.rfind("There are no", 0) == 0) return 0;
    return static_cast<std::size_t>(std::count(list.begin(), list.end(), '\n')) / 3;
}

std::string cluster_control_file() {
    namespace fs = std::filesystem;
    for (const auto& entry : fs::recursive_directory_iterator(stage().host.data_dir() + "/postgres"))
        if (entry.path().filename() == "pg_control") return entry.path().string();
    return "";
}

}  // namespace

TEST_CASE("a server fault of the gateway is tried again, and the chat's order is kept") {
    const std::string person = "923008880001";
    stage().gateway.script("first", {Fault{}, Fault{.status = 503, .body = "<html>busy</html>"}, Fault{}});
    write("/echo first", person);
    write("/echo second", person);
    write("/echo third", person);
    CHECK(arrived(person, {"first", "second", "third"}));
    CHECK(texts_to(person, true) == std::vector<std::string>{"first", "first", "first", "first", "second", "third"});
}

TEST_CASE("the gateway's wish to wait is respected") {
    const std::string person = "923008880002";
    stage().gateway.script("slowly", {Fault{.status = 429, .body = "{}", .retry_after = "1"}});
    write("/echo slowly", person);
    CHECK(arrived(person, {"slowly"}));
    const auto calls = stage().gateway.calls_to(person + "@s.whatsapp.net");
    REQUIRE(calls.size() == 2);
    CHECK(calls[1].at - calls[0].at >= 900ms);
}

TEST_CASE("what the gateway refuses for good becomes a dead letter that can be requeued") {
    const std::string person = "923008880003";
    const auto before = dead_letters();
    stage().gateway.script("never",
                           {Fault{.status = 400, .body = R"({"code":"VALIDATION_ERROR","message":"no such person"})"}});
    write("/echo never", person);
    write("/echo later", person);
    CHECK(arrived(person, {"later"}));
    CHECK(eventually([&] { return dead_letters() == before + 1; }));
    const auto list = stage().host.cli({"dead", "list"}).out;
    CHECK_THAT(list, Contains("no such person") && Contains("VALIDATION_ERROR"));
    const std::string id = list.substr(0, list.find(' '));
    const auto requeued = stage().host.cli({"dead", "requeue", id});
    CHECK(requeued.code == 0);
    CHECK(requeued.out == "requeued\n");
    CHECK(arrived(person, {"later", "never"}));
    CHECK(eventually([&] { return dead_letters() == before; }));
    CHECK(stage().host.cli({"dead", "requeue", id}).code == 1);
}

TEST_CASE("a connection that breaks before the answer is tried again") {
    const std::string person = "923008880004";
    stage().gateway.script("in doubt", {Fault{.kind = Fault::Kind::cut}});
    write("/echo in doubt", person);
    write("/echo and on", person);
    CHECK(arrived(person, {"in doubt", "in doubt", "and on"}));
}

TEST_CASE("a slow gateway delays its own chat and no other") {
    stage().gateway.script("slow one", {Fault{.kind = Fault::Kind::slow, .delay = 1500ms}});
    write("/echo slow one", "923008880005");
    CHECK(eventually([] { return !texts_to("923008880005").empty(); }));
    const auto began = std::chrono::steady_clock::now();
    write("/echo behind it", "923008880005");
    CHECK(stage().say.direct("/ping", "923008880006") == "pong");
    const auto behind = texts_to("923008880005");
    if (std::chrono::steady_clock::now() - began < 1s) CHECK(behind == std::vector<std::string>{"slow one"});
    CHECK(arrived("923008880005", {"slow one", "behind it"}));
}

TEST_CASE("while the gateway is down messages wait, then arrive in order") {
    const std::string person = "923008880007";
    stage().gateway.go_down();
    std::vector<std::string> expected;
    for (int i = 0; i < 30; ++i) {
        expected.push_back("waiting " + std::to_string(i));
        write("/echo " + expected.back(), person);
    }
    CHECK(stage().host.ready());
    stage().gateway.come_up();
    CHECK(eventually([&] { return texts_to(person).size() == expected.size(); }, 60s));
    CHECK(texts_to(person) == expected);
}

TEST_CASE("a gateway that is not logged in halts the account until it is") {
    const std::string person = "923008880008";
    const Fault out{.status = 401, .body = R"({"code":"AUTHENTICATION_ERROR","message":"you are not logged in"})"};
    stage().gateway.script("logged in", {out, out});
    write("/echo logged in", person);
    CHECK(eventually(
        [] { return http(stage().host.port(), "GET", "/health/ready").body.find("QR code") != std::string::npos; }));
    CHECK(arrived(person, {"logged in"}));
    CHECK(eventually(
        [] { return http(stage().host.port(), "GET", "/health/ready").body.find("QR code") == std::string::npos; }));
}

TEST_CASE("bodies that nobody can read are taken once, kept as dead letters and not tried again") {
    auto& world = stage();
    const auto before = dead_letters();
    const std::vector<std::string> poison{
        "this is not JSON",
        "",
        "[]",
        "\"text\"",
        "{\"from\":\"923008880009@s.whatsapp.net\",\0\"message\":{}}"s,
        "{\"from\":\"923008880009@s.whatsapp.net\",\"message\":{\"id\":\"P1\",\"text\":\"/echo \xff\xfe\"}}",
        "{\"a\":" + std::string(5000, '[') + std::string(5000, ']') + "}",
        "{\"message\":{\"id\":\"P2\",\"text\":\"/echo hi\"}}",
        "{\"from\":",
    };
    for (const auto& body : poison) {
        CAPTURE(body.substr(0, 60));
        const auto answer = world.host.post(body);
        CHECK(answer.status == 200);
    }
    INFO(world.host.cli({"dead", "list"}).err);
    CHECK(eventually([&] { return dead_letters() == before + poison.size(); }, 10s));
    CHECK(world.say.direct("/ping", "923008880009") == "pong");
    CHECK(texts_to("923008880009").size() == 1);
    CHECK(dead_letters() == before + poison.size());
    CHECK(world.metric("parley_webhooks_buried_total") == static_cast<double>(poison.size()));
}

TEST_CASE("odd but readable bodies do no harm") {
    auto& world = stage();
    const std::string person = "923008880010";
    for (const std::string extra : {"\"timestamp\":1e400", "\"timestamp\":-99999999999999999999", "\"pushname\":17",
                                    "\"image\":[]", "\"nothing\":null"})
        CHECK(world.host.post(body_of({.text = "/ping", .from = person, .extra = extra})).status == 200);
    // A NUL in a text is no text for PostgreSQL; the message must not block the queue.
    CHECK(world.host.post(R"({"from":"923008880010@s.whatsapp.net","message":{"id":"NUL1","text":"/echo a\u0000b"}})")
              .status == 200);
    CHECK(world.say.direct("/echo end", "923008880011") == "end");
    CHECK(eventually([&] { return !texts_to(person).empty(); }));
}

TEST_CASE("while the database is away webhooks are refused with 503, and taken again when it is back") {
    auto& world = stage();
    const std::string person = "923008880013";
    const auto postmaster = world.host.postmaster();
    REQUIRE(postmaster);
    // Without this file PostgreSQL does not start again: it is away for as long as the test wants.
    const auto control = cluster_control_file();
    REQUIRE(!control.empty());
    std::filesystem::rename(control, control + ".away");
    REQUIRE(kill(*postmaster, SIGKILL) == 0);
    const auto body = body_of({.text = "/echo not yet", .from = person});
    Answer refused;
    CHECK(eventually([&] { return (refused = world.host.post(body)).status == 503; }, 60s));
    CHECK(!refused.header("retry-after").empty());
    CHECK(eventually([&] { return http(world.host.port(), "GET", "/health/ready").status == 503; }));
    CHECK(http(world.host.port(), "GET", "/health/live").status == 200);

    std::filesystem::rename(control + ".away", control);
    CHECK(world.host.post_until_taken(body));
    CHECK(arrived(person, {"not yet"}));
    CHECK(world.host.running());
    CHECK(world.host.wait_ready(60s));
}

TEST_CASE("webhooks are taken only with the right signature") {
    auto& world = stage();
    REQUIRE(world.host.stop() == 0);
    world.host.start({{"GATEWAY_WEBHOOK_SECRET", secret}, {"LOG_FORMAT", "json"}, {"LOG_LEVEL", "debug"}});
    const auto received = world.metric("parley_messages_received_total");
    const std::string body = body_of({.text = "/echo signed", .from = "923008880015"});
    CHECK(world.host.post(body).status == 401);
    CHECK(world.host.post(body, {{"X-Hub-Signature-256", signature(body, "another")}}).status == 401);
    CHECK(world.host.post(body, {{"X-Hub-Signature-256", "sha256="}}).status == 401);
    CHECK(world.host.post(body + " ", {{"X-Hub-Signature-256", signature(body, secret)}}).status == 401);
    CHECK(world.metric("parley_messages_received_total") == received);
    CHECK(world.metric("parley_webhooks_unauthorized_total") == 4);
    CHECK(world.host.post(body, {{"X-Hub-Signature-256", signature(body, secret)}}).status == 200);
    CHECK(arrived("923008880015", {"signed"}));
}

TEST_CASE("one trace leads from the webhook to the delivery, and no number stands in the log as a whole") {
    auto& world = stage();
    const std::string told = "923008880015", failed = "923008880017";
    world.gateway.script("refused", {Fault{.status = 400,
                                           .body = R"({"code":"INVALID_JID","message":")" + failed +
                                                   R"(@s.whatsapp.net is not on WhatsApp"})"}});
    const std::string body = body_of({.text = "/echo refused", .from = failed});
    CHECK(world.host.post(body, {{"X-Hub-Signature-256", signature(body, secret)}}).status == 200);
    REQUIRE(eventually([&] { return world.host.log().find("\"event\":\"message.failed\"") != std::string::npos; }));

    const auto log = world.host.log();
    const auto trace_of = [&](const std::string& event, const std::string& words) {
        for (auto at = log.find("\"event\":\"" + event); at != std::string::npos; at = log.find(event, at + 1)) {
            const auto line = log.substr(at, log.find('\n', at) - at);
            const auto trace = line.find("\"trace\":\"");
            if (line.find(words) != std::string::npos && trace != std::string::npos) return line.substr(trace + 9, 16);
        }
        return "no " + event;
    };
    CHECK(trace_of("message.received", "92*******015") == trace_of("message.sent", ""));
    CHECK(trace_of("message.received", "92*******017") ==
          trace_of("message.failed", "92*******017@s.whatsapp.net is not on WhatsApp"));
    CHECK(log.find(told) == std::string::npos);
    CHECK(log.find(failed) == std::string::npos);
    CHECK(log.find(secret) == std::string::npos);
}

TEST_CASE("without a secret and without leave to do without, every webhook is refused") {
    auto& world = stage();
    REQUIRE(world.host.stop() == 0);
    world.host.start({{"GATEWAY_ALLOW_UNSIGNED", ""}});
    CHECK(world.host.post(body_of({.text = "/ping", .from = "923008880016"})).status == 401);
    CHECK(world.metric("parley_messages_received_total") == 0);
    CHECK(http(world.host.port(), "GET", "/api/whatsapp").body == R"({"message": "Authorization required."})");
    CHECK(world.gateway.calls_to("923008880016@s.whatsapp.net").empty());
}

TEST_CASE("nothing wrong was ever sent to the gateway") {
    CHECK(stage().gateway.violations() == std::vector<std::string>{});
    CHECK(stage().host.stop() == 0);
}

}  // namespace parley::e2e
