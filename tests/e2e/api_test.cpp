// Reading back over HTTP: what people wrote and got, who they are, and who may know.
#include <boost/json.hpp>
#include <catch2/catch.hpp>
#include <set>

#include "net/local_client.hpp"
#include "support/stage.hpp"

namespace parley::e2e {
namespace {

namespace json = boost::json;

Stage& stage() {
    static Stage one({{"API_TOKEN", "s3cret"}}, {"echo"});
    return one;
}

Answer get(const std::string& target, const std::string& bearer = "s3cret") {
    Headers headers;
    if (!bearer.empty()) headers["Authorization"] = "Bearer " + bearer;
    return http(stage().host.port(), "GET", target, "", headers);
}

json::object page(const std::string& target) {
    const auto answer = get(target);
    CAPTURE(target, answer.body);
    REQUIRE(answer.status == 200);
    return json::parse(answer.body).as_object();
}

json::array items(const std::string& target) {
    return page(target).at("items").as_array();
}

std::string text(const json::value& item, const char* name) {
    const auto* value = item.as_object().if_contains(name);
    return value && value->is_string() ? std::string(value->as_string()) : "";
}

// Asks and waits until the answer stands in history.
void converse(const std::string& words, const std::string& from) {
    stage().say.direct("/echo " + words, from);
    REQUIRE(eventually([&] {
        const auto found = items("/api/v1/messages?chat=" + from + "%40s.whatsapp.net");
        return found.size() >= 2 && text(found[0], "status") == "sent";
    }));
}

}  // namespace

TEST_CASE("a conversation can be read back") {
    converse("tide tables", "923005550001");
    const auto both = items("/api/v1/messages?chat=923005550001%40s.whatsapp.net");
    REQUIRE(both.size() == 2);
    CHECK(text(both[0], "direction") == "out");
    CHECK(text(both[0], "text") == "tide tables");
    CHECK(text(both[0], "cause") == text(both[1], "id"));
    CHECK(text(both[1], "direction") == "in");
    CHECK(text(both[1], "status") == "handled");
    CHECK(text(both[1], "account") == "gateway");
    CHECK(text(both[1], "type") == "text");
    for (const auto& item : items("/api/v1/messages/incoming?q=TIDE")) CHECK(text(item, "text") == "/echo tide tables");
    for (const auto& item : items("/api/v1/messages/outgoing?q=TIDE")) CHECK(text(item, "text") == "tide tables");
    CHECK(items("/api/v1/messages?q=tide&since=2001-01-01&account=gateway").size() == 2);
    CHECK(items("/api/v1/messages?q=tide&until=2001-01-01").empty());
    CHECK(items("/api/v1/media").empty());
    CHECK(items("/api/v1/accounts/events").empty());
}

TEST_CASE("pages follow each other until there is none") {
    for (int i = 0; i < 3; ++i) converse("page " + std::to_string(i), "923005550002");
    std::set<std::string> seen;
    std::string target = "/api/v1/messages?chat=923005550002%40s.whatsapp.net&limit=4";
    auto found = page(target);
    REQUIRE(found.at("next").is_string());
    for (const auto& item : found.at("items").as_array()) seen.insert(text(item, "id"));
    found = page(target + "&cursor=" + std::string(found.at("next").as_string()));
    for (const auto& item : found.at("items").as_array()) seen.insert(text(item, "id"));
    CHECK(seen.size() == 6);
    CHECK(found.at("next").is_null());
}

TEST_CASE("who wrote is a contact") {
    converse("hello", "923005550003");
    REQUIRE(eventually([] { return items("/api/v1/contacts?phone=%2B923005550003").size() == 1; }));
    const auto contact = items("/api/v1/contacts?phone=923005550003")[0];
    CHECK(text(contact, "phone") == "923005550003");
    CHECK(text(contact, "organisation") == "default");
    CHECK(text(contact.at("identities").at(0), "kind") == "phone");
    CHECK(items("/api/v1/contacts?q=5550003&organisation=default").size() == 1);
    CHECK(items("/api/v1/contacts?q=5550003&account=gateway").size() == 1);
}

TEST_CASE("a wrong filter is refused in words") {
    const auto answer = get("/api/v1/messages?limit=1000");
    CHECK(answer.status == 400);
    CHECK(answer.body.find("limit must be a number from 1 to 200") != std::string::npos);
    CHECK(get("/api/v1/contacts?colour=red").status == 400);
    CHECK(get("/api/v1/accounts/events?account=nobody").status == 400);
}

TEST_CASE("only the token and the control socket open the lists") {
    for (const char* target : {"/api/v1/messages", "/api/v1/messages/incoming", "/api/v1/messages/outgoing",
                               "/api/v1/media", "/api/v1/contacts", "/api/v1/accounts/events"}) {
        CAPTURE(target);
        const auto local = net::local_request(stage().host.data_dir() + "/control.sock", "GET", target);
        REQUIRE(local.has_value());
        CHECK(local->status == 200);
        CHECK(get(target, "").status == 401);
        CHECK(get(target, "s3cre").status == 401);
        CHECK(get(target).status == 200);
        CHECK(http(stage().host.port(), "POST", target, "", {{"Authorization", "Bearer s3cret"}}).status == 405);
    }
}

TEST_CASE("without a token configured the answer says how to set one") {
    auto& host = stage().host;
    REQUIRE(host.stop() == 0);
    host.start({{"API_TOKEN", ""}});
    const auto answer = get("/api/v1/messages", "");
    CHECK(answer.status == 401);
    CHECK(answer.body.find("set API_TOKEN") != std::string::npos);
    CHECK(host.stop() == 0);
}

}  // namespace parley::e2e
