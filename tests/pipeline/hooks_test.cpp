#include "pipeline/hooks.hpp"

#include <boost/json.hpp>
#include <catch2/catch.hpp>

#include "core/crypto.hpp"
#include "support/result_printer.hpp"

namespace parley::pipeline {
namespace {

const std::string secret = "a secret of the classroom";

net::Request post(std::string body, std::vector<std::pair<std::string, std::string>> headers = {}) {
    net::Request request;
    request.method = "POST";
    request.body = std::move(body);
    for (auto& [name, value] : headers) request.headers.set(name, value);
    return request;
}

Errc refusal(const net::Request& request, const std::string& known = secret) {
    const auto checked = check_hook_secret(request, known);
    REQUIRE_FALSE(checked);
    return checked.error().code;
}

std::string key_of(const net::Request& request) {
    const auto message = read_hook(request, "classroom", "", 7);
    REQUIRE(message);
    return message->provider_id;
}

TEST_CASE("a post must prove that it knows the plugin's secret") {
    CHECK(check_hook_secret(post("{}", {{"Authorization", "Bearer " + secret}}), secret));
    CHECK(check_hook_secret(post("{}", {{"Authorization", "bearer  " + secret + " "}}), secret));
    CHECK(refusal(post("{}")) == Errc::unauthorized);
    CHECK(refusal(post("{}", {{"Authorization", "Bearer wrong"}})) == Errc::unauthorized);
    CHECK(refusal(post("{}", {{"Authorization", secret}})) == Errc::unauthorized);
    CHECK(refusal(post("{}", {{"Authorization", "Bearer "}})) == Errc::unauthorized);
}

TEST_CASE("a signature is over the raw body") {
    const auto right = "sha256=" + crypto::HmacSha256(Secret(secret)).mac_hex("{ }");
    CHECK(check_hook_secret(post("{ }", {{"X-Hub-Signature-256", right}}), secret));
    CHECK(refusal(post("{}", {{"X-Hub-Signature-256", right}})) == Errc::unauthorized);
    CHECK(refusal(post("{ }", {{"X-Hub-Signature-256", right.substr(7)}})) == Errc::unauthorized);
    // A wrong signature is not made good by a right token.
    CHECK(refusal(post("{}", {{"X-Hub-Signature-256", right}, {"Authorization", "Bearer " + secret}})) ==
          Errc::unauthorized);
}

TEST_CASE("without a secret nobody may post") {
    CHECK(refusal(post("{}", {{"Authorization", "Bearer "}}), "") == Errc::denied);
    const auto of_nothing = "sha256=" + crypto::HmacSha256(Secret("")).mac_hex("{}");
    CHECK(refusal(post("{}", {{"X-Hub-Signature-256", of_nothing}}), "") == Errc::denied);
}

TEST_CASE("a post becomes a message without sender and chat") {
    auto request = post("{\"a\": 1}", {{"Content-Type", "application/json"},
                                       {"Authorization", "Bearer " + secret},
                                       {"X-Hub-Signature-256", "sha256=00"},
                                       {"X-Event", "push"}});
    request.query = "b=2";
    const auto message = read_hook(request, "classroom", "orders", 7);
    REQUIRE(message);
    CHECK(message->kind == EventKind::hook);
    CHECK(message->account == 7);
    CHECK(message->plugin == "classroom");
    CHECK(message->chat == "hook:classroom");
    CHECK(message->sender.empty());
    CHECK(message->text == "{\"a\": 1}");
    const auto head = boost::json::parse(message->payload);
    CHECK(head.at("path") == "orders");
    CHECK(head.at("query") == "b=2");
    CHECK(head.at("headers") == boost::json::object({{"content-type", "application/json"}, {"x-event", "push"}}));
}

TEST_CASE("a post's key is its identity") {
    CHECK(key_of(post("1", {{"Idempotency-Key", "k1"}})) == "hook:classroom:k1");
    CHECK(key_of(post("2", {{"X-GitHub-Delivery", "k2"}})) == "hook:classroom:k2");
    CHECK(key_of(post("3", {{"Webhook-Id", "k3"}})) == "hook:classroom:k3");
    CHECK(key_of(post("4")) != key_of(post("4")));
    const auto refused = read_hook(post("5", {{"Idempotency-Key", std::string(201, 'k')}}), "classroom", "", 7);
    REQUIRE_FALSE(refused);
    CHECK(refused.error().code == Errc::invalid);
}

TEST_CASE("a body that is no text is refused") {
    for (const auto& body : {std::string("\xff\xd8"), std::string("a\0b", 3)}) {
        const auto refused = read_hook(post(body), "classroom", "", 7);
        REQUIRE_FALSE(refused);
        CHECK(refused.error().code == Errc::unsupported);
    }
}

}  // namespace
}  // namespace parley::pipeline
