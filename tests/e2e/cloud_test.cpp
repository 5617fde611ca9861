// Meta's Cloud API from the webhook to the delivery: the built host, a signed webhook, a Graph API that remembers.

#include <boost/json.hpp>
#include <catch2/catch.hpp>

#include "support/api.hpp"
#include "support/cloud.hpp"

namespace parley::e2e {
namespace {

namespace json = boost::json;
using Catch::Matchers::Contains;
using cloud::app_secret;
using cloud::messages;
using cloud::sign;
using cloud::text_of;
using World = cloud::CloudStage;

net::Response token_refused() {
    return net::Response::json(
        401, R"({"error":{"message":"Session has expired","type":"OAuthException","code":190,"error_subcode":463}})");
}

World& world() {
    static World one;
    return one;
}

}  // namespace

TEST_CASE("Meta proves the URL, on the shared and on the account's own route") {
    for (const std::string route : {"/whatsapp/webhook", "/webhooks/cloud/cloud"}) {
        const auto ask = [&](const std::string& token) {
            std::string target = route;
            target.append("?hub.mode=subscribe&hub.verify_token=").append(token).append("&hub.challenge=1158201444");
            return http(world().host.port(), "GET", target);
        };
        CHECK(ask("correct%20horse").body == "1158201444");
        CHECK(ask("correct%20horse").status == 200);
        CHECK(ask("wrong").status == 403);
    }
    const auto refused = [&](const std::string& query) {
        const auto before = world().host.log().size();
        const auto answer = http(world().host.port(), "GET", "/whatsapp/webhook?" + query);
        CHECK(answer.status == 403);
        const auto log = world().host.log().substr(before);
        const auto at = log.find("webhook.verification_refused");
        CHECK(at != std::string::npos);
        CHECK(log.find("webhook.verification_refused", at + 1) == std::string::npos);  // once, whatever the accounts
        return std::pair(answer.body, log);
    };
    const auto wrong = refused("hub.mode=subscribe&hub.verify_token=wrong&hub.challenge=1");
    CHECK_THAT(wrong.first, Contains("the verification token is missing or wrong"));
    CHECK_THAT(wrong.second, Contains("hub.verify_token is not the account's verify token") && Contains("127.0.0.1"));
    const auto no_mode = refused("hub.verify_token=correct%20horse&hub.challenge=1");
    CHECK_THAT(no_mode.first, Contains("hub.mode is not"));
    const auto no_challenge = refused("hub.mode=subscribe&hub.verify_token=correct%20horse");
    CHECK_THAT(no_challenge.first, Contains("hub.challenge is missing"));
    CHECK(http(world().host.port(), "GET", "/webhooks/cloud/nobody?hub.mode=subscribe").status == 404);
    CHECK(http(world().host.port(), "POST", "/webhooks/terminal/terminal", "{}").status == 404);
}

TEST_CASE("a command is answered through the Graph API, once, with our id in it") {
    auto& w = world();
    const std::string person = "923007770001";
    CHECK(w.say("/ping", person, "once").status == 200);
    CHECK(w.say("/ping", person, "once").status == 200);  // Meta repeats
    REQUIRE(eventually([&] { return !w.sent_to(person).empty(); }));
    CHECK(w.say("/echo end", person).status == 200);
    REQUIRE(eventually([&] { return w.sent_to(person).size() >= 2; }));
    const auto sent = w.sent_to(person);
    REQUIRE(sent.size() == 2);
    CHECK(text_of(sent[0]) == "pong");
    CHECK(text_of(sent[1]) == "end");
    CHECK(sent[0].at("messaging_product").as_string() == "whatsapp");
    CHECK(sent[0].contains("biz_opaque_callback_data"));
    for (const auto& request : w.graph.requests_to(messages))
        CHECK(request.headers.get("Authorization") == "Bearer EAAG-first-token");
}

TEST_CASE("a text that is too long for one message is answered for in all its pieces") {
    World w(Environment{{"API_TOKEN", "s3cret"}});
    const std::string person = "923007770009";
    const Api api(w.host.port(), "s3cret");
    CHECK(w.say("/ping", person).status == 200);  // opens the conversation
    REQUIRE(eventually([&] { return !w.sent_to(person).empty(); }));
    w.graph.answer_with([&](const net::Request& request) -> std::optional<net::Response> {
        if (request.body.find("last words") == std::string::npos) return w.usual(request);
        return net::Response::json(400, R"({"error":{"message":"not that","type":"OAuthException","code":100}})");
    });
    const auto send = [&](const std::string& text) {
        const auto answer = api.post("/messages", R"({"to": ")" + person + R"(", "text": ")" + text + R"("})");
        REQUIRE(answer.status == 202);
        return json::parse(answer.body).as_object();
    };
    const auto whole = send("short");
    CHECK_FALSE(whole.contains("pieces"));
    const auto sent = send(std::string(4096, 'a') + ' ' + std::string(4096, 'b') + " last words");
    REQUIRE(sent.contains("pieces"));
    const auto& pieces = sent.at("pieces").as_array();
    REQUIRE(pieces.size() == 3);
    CHECK(sent.at("id") == pieces[0].at("id"));
    const auto states = [&](const json::value& id) {
        const auto message = api.read("/messages/" + std::string(id.as_string()));
        std::string told;
        for (const auto& piece : message.at("pieces").as_array())
            told += std::string(piece.at("status").as_string()) + ' ';
        return told;
    };
    for (const auto& piece : pieces) CHECK(eventually([&] { return states(piece.at("id")) == "sent sent failed "; }));
}

TEST_CASE("what is not signed by the app is refused") {
    auto& w = world();
    const std::string body = R"({"object":"whatsapp_business_account","entry":[]})";
    CHECK(http(w.host.port(), "POST", "/whatsapp/webhook", body).status == 401);
    CHECK(http(w.host.port(), "POST", "/whatsapp/webhook", body,
               {{"X-Hub-Signature-256", "sha256=" + sign(body, "other")}})
              .status == 401);
    CHECK(w.post(body).status == 200);
}

TEST_CASE("a send whose answer was lost is settled by its report, not made again") {
    auto& w = world();
    const std::string person = "923007770002";
    std::atomic<bool> cut{true};
    w.graph.answer_with([&](const net::Request& request) -> std::optional<net::Response> {
        if (request.path == messages && request.body.find("lost answer") != std::string::npos && cut.exchange(false))
            return std::nullopt;
        return w.usual(request);
    });
    CHECK(w.say("/echo lost answer", person).status == 200);
    REQUIRE(eventually([&] { return !w.sent_to(person).empty(); }));
    CHECK(w.say("/echo after it", person).status == 200);
    const auto first = w.sent_to(person).front();
    const std::string ours(first.at("biz_opaque_callback_data").as_string());
    // The host may not have noticed yet that the answer is lost: the report counts in either order.
    CHECK(w.status("wamid.accepted", ours, person).status == 200);
    REQUIRE(eventually([&] { return w.sent_to(person).size() >= 2; }));
    const auto sent = w.sent_to(person);
    REQUIRE(sent.size() == 2);
    CHECK(text_of(sent[1]) == "after it");
    w.graph.answer_with([&](const net::Request& request) { return w.usual(request); });
}

TEST_CASE("what was on its way when the host was killed is settled by its report, not made again") {
    World w;  // of its own: it is killed
    const std::string person = "923007770003";
    w.host.stop();
    w.host.launch({{"PARLEY_FAILPOINT", "after-send"}});
    REQUIRE(w.host.wait_ready());
    (void)w.say("/echo before the end", person);
    REQUIRE(w.host.wait_end(long_enough));
    REQUIRE(w.sent_to(person).size() == 1);
    const std::string ours(w.sent_to(person).front().at("biz_opaque_callback_data").as_string());
    w.host.start();
    CHECK(w.status("wamid.before", ours, person).status == 200);
    CHECK(w.say("/echo afterwards", person).status == 200);
    REQUIRE(eventually([&] { return w.sent_to(person).size() >= 2; }));
    REQUIRE(w.sent_to(person).size() == 2);
    CHECK(text_of(w.sent_to(person)[1]) == "afterwards");
}

TEST_CASE("a dead token halts the account and keeps its queue; another one resumes it") {
    World w;
    const std::string person = "923007770004";
    std::atomic<bool> dead{true};
    w.graph.answer_with([&](const net::Request& request) -> std::optional<net::Response> {
        if (dead && request.headers.get("Authorization") == "Bearer EAAG-first-token") return token_refused();
        return w.usual(request);
    });
    CHECK(w.say("/echo kept", person).status == 200);
    REQUIRE(
        eventually([&] { return http(w.host.port(), "GET", "/health").body.find("cloud: ") != std::string::npos; }));
    const auto list = w.host.cli({"account", "list"});
    CHECK(list.out.find("halted") != std::string::npos);
    CHECK(list.out.find("EAAG-first-token") == std::string::npos);
    CHECK(list.out.find(app_secret) == std::string::npos);
    const auto set = w.host.cli({"account", "set", "cloud", "access_token=EAAG-second-token"});
    CAPTURE(set.out, set.err);
    CHECK(set.code == 0);
    const auto last_token = [&] {
        return std::string(w.graph.requests_to(messages).back().headers.get("Authorization"));
    };
    REQUIRE(eventually([&] { return last_token() == "Bearer EAAG-second-token"; }));
    CHECK(text_of(w.sent_to(person).back()) == "kept");
}

}  // namespace parley::e2e
