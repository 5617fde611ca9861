// The access token of a cloud account through its life: exchanged by hand, refused, renewed while messages wait, kept
// over a restart.
#include <boost/json.hpp>
#include <catch2/catch.hpp>
#include <mutex>

#include "support/conversation.hpp"
#include "support/host.hpp"
#include "support/provider.hpp"

namespace parley::e2e {
namespace {

namespace json = boost::json;

const std::string messages = "/v25.0/106540352242922/messages";

// Meta as far as tokens go: one is good at a time, and any that is known can be exchanged.
struct Meta {
    std::mutex mutex;
    std::string good = "EAAG-first";
    int exchanges = 0;
    FakeProvider graph{
        {{"POST", "/v25.0/{id}/messages"}, {"GET", "/v25.0/debug_token"}, {"GET", "/v25.0/oauth/access_token"}},
        [this](const net::Request& request) { return answer(request); }};

    net::Response answer(const net::Request& request) {
        const std::lock_guard lock(mutex);
        if (request.path == "/v25.0/oauth/access_token") {
            good = "EAAG-long-lived-" + std::to_string(++exchanges);
            return net::Response::json(
                200, R"({"access_token":")" + good + R"(","token_type":"bearer","expires_in":5183944})");
        }
        if (request.path != messages) return net::Response::json(200, R"({"data":{"is_valid":true,"expires_at":0}})");
        if (request.headers.get("Authorization") != "Bearer " + good)
            return net::Response::json(401, R"({"error":{"message":"expired","code":190,"error_subcode":463}})");
        return net::Response::json(200, R"({"messages":[{"id":"wamid.)" + fresh_id() + R"("}]})");
    }
    void refuse_all_so_far() {
        const std::lock_guard lock(mutex);
        good = "another that nobody has";
    }
    int exchanged() {
        const std::lock_guard lock(mutex);
        return exchanges;
    }
    std::string used() const { return std::string(graph.requests_to(messages).back().headers.get("Authorization")); }
};

struct Stage {
    Meta meta;
    Host host{HostOptions{"",
                          {},
                          {{"WHATSAPP_PHONE_NUMBER_ID", "106540352242922"},
                           {"WHATSAPP_APP_ID", "1234567890"},
                           {"WHATSAPP_APP_SECRET", "parley-meta-app-secret"},
                           {"WHATSAPP_ACCESS_TOKEN", "EAAG-first"},
                           {"WHATSAPP_VERIFY_TOKEN", "correct horse"},
                           {"WHATSAPP_API_URL", meta.graph.url()},
                           {"API_TOKEN", "s3cret"},
                           {"API_RATE", "0"}}}};

    Answer call(const std::string& target, const json::object& body) {
        return http(host.port(), "POST", "/api/v1" + target, json::serialize(body),
                    {{"Content-Type", "application/json"}, {"Authorization", "Bearer s3cret"}});
    }
    // A template, which needs no window.
    void send(int person) {
        const auto sent = call("/messages", {{"to", "4915" + std::to_string(100'000'000 + person)},
                                             {"account", "cloud"},
                                             {"kind", "template"},
                                             {"payload", {{"name", "order"}, {"language", {{"code", "en"}}}}}});
        CAPTURE(sent.body);
        REQUIRE(sent.status == 202);
    }
    // Those that Meta took.
    std::size_t taken() {
        const auto answer = http(host.port(), "GET", "/api/v1/messages/outgoing?status=sent&limit=200", "",
                                 {{"Authorization", "Bearer s3cret"}});
        return json::parse(answer.body).at("items").as_array().size();
    }
};

}  // namespace

TEST_CASE("a token is exchanged by hand, renewed once when it is refused, and kept over a restart") {
    Stage stage;
    stage.host.start();
    stage.send(0);
    REQUIRE(eventually([&] { return stage.taken() == 1; }));
    CHECK(stage.meta.used() == "Bearer EAAG-first");

    const auto exchanged = stage.call("/accounts/cloud/token", {{"token", "EAAG-short-lived"}});
    CAPTURE(exchanged.body);
    CHECK(exchanged.status == 200);
    CHECK(exchanged.body.find("EAAG-long-lived-1") == std::string::npos);
    CHECK(exchanged.body.find("expires_in_s") != std::string::npos);
    stage.send(1);
    REQUIRE(eventually([&] { return stage.taken() == 2; }));
    CHECK(stage.meta.used() == "Bearer EAAG-long-lived-1");

    // However many are refused, one exchange mends it, and every message goes out.
    stage.meta.refuse_all_so_far();
    for (int person = 2; person < 42; ++person) stage.send(person);
    REQUIRE(eventually([&] { return stage.taken() == 42; }));
    CHECK(stage.meta.exchanged() == 2);
    CHECK(stage.meta.used() == "Bearer EAAG-long-lived-2");

    stage.host.stop();
    stage.host.start();
    stage.send(42);
    REQUIRE(eventually([&] { return stage.taken() == 43; }));
    CHECK(stage.meta.exchanged() == 2);
    CHECK(stage.meta.used() == "Bearer EAAG-long-lived-2");
    CHECK(stage.host.log().find("EAAG-") == std::string::npos);
}

}  // namespace parley::e2e
