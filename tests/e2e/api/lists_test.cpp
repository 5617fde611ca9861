// Reading back over HTTP: what people wrote and got, who they are, and who may know.
#include <boost/json.hpp>
#include <catch2/catch.hpp>
#include <set>

#include "api/stage.hpp"
#include "net/local_client.hpp"

namespace parley::e2e {
namespace {

namespace json = boost::json;

json::object page(const std::string& target) {
    return owner().read(target).as_object();
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
        const auto found = items("/messages?chat=" + from + "%40s.whatsapp.net");
        return found.size() >= 2 && text(found[0], "status") == "sent";
    }));
}

}  // namespace

TEST_CASE("a conversation can be read back") {
    converse("tide tables", "923005550001");
    const auto both = items("/messages?chat=923005550001%40s.whatsapp.net");
    REQUIRE(both.size() == 2);
    CHECK(text(both[0], "direction") == "out");
    CHECK(text(both[0], "text") == "tide tables");
    CHECK(text(both[0], "cause") == text(both[1], "id"));
    CHECK(text(both[1], "direction") == "in");
    CHECK(text(both[1], "status") == "handled");
    CHECK(text(both[1], "account") == "gateway");
    CHECK(text(both[1], "type") == "text");
    for (const auto& item : items("/messages/incoming?q=TIDE")) CHECK(text(item, "text") == "/echo tide tables");
    for (const auto& item : items("/messages/outgoing?q=TIDE")) CHECK(text(item, "text") == "tide tables");
    CHECK(items("/messages?q=tide&since=2001-01-01&account=gateway").size() == 2);
    CHECK(items("/messages?q=tide&until=2001-01-01").empty());
    CHECK(items("/media?chat=923005550001%40s.whatsapp.net").empty());
    CHECK(items("/accounts/events").empty());
}

TEST_CASE("pages follow each other until there is none") {
    for (int i = 0; i < 3; ++i) converse("page " + std::to_string(i), "923005550002");
    std::set<std::string> seen;
    std::string target = "/messages?chat=923005550002%40s.whatsapp.net&limit=4";
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
    REQUIRE(eventually([] { return items("/contacts?phone=%2B923005550003").size() == 1; }));
    const auto contact = items("/contacts?phone=923005550003")[0];
    CHECK(text(contact, "phone") == "923005550003");
    CHECK(text(contact, "organisation") == "default");
    CHECK(text(contact.at("identities").at(0), "kind") == "phone");
    CHECK(items("/contacts?q=5550003&organisation=default").size() == 1);
    CHECK(items("/contacts?q=5550003&account=gateway").size() == 1);
}

TEST_CASE("a wrong filter is refused in words") {
    const auto answer = owner().get("/messages?limit=1000");
    CHECK(answer.status == 400);
    CHECK(answer.body.find("limit: must be at most 200") != std::string::npos);
    CHECK(owner().get("/contacts?colour=red").status == 400);
    CHECK(owner().get("/accounts/events?account=nobody").status == 400);
}

TEST_CASE("only keys and the control socket open the lists") {
    for (const char* target : {"/messages", "/messages/incoming", "/messages/outgoing", "/media", "/contacts",
                               "/accounts/events", "/chats", "/outbox", "/dead-letters", "/audit"}) {
        CAPTURE(target);
        const auto local =
            net::local_request(stage().host.data_dir() + "/control.sock", "GET", std::string("/api/v1") + target);
        REQUIRE(local.has_value());
        CHECK(local->status == 200);
        CHECK(nobody().get(target).status == 401);
        CHECK(owner().with_key("s3cre").get(target).status == 401);
        CHECK(owner().get(target).status == 200);
    }
}

TEST_CASE("chats come by their latest message") {
    converse("first", "923005550004");
    converse("second", "923005550005");
    converse("third", "923005550004");
    const auto found = items("/chats?limit=2");
    REQUIRE(found.size() == 2);
    CHECK(text(found[0], "chat") == "923005550004@s.whatsapp.net");
    CHECK(text(found[0].at("last_message"), "text") == "third");
    CHECK(text(found[1], "chat") == "923005550005@s.whatsapp.net");
    const auto first = page("/chats?limit=1");
    const auto second = page("/chats?limit=1&cursor=" + std::string(first.at("next").as_string()));
    CHECK(text(second.at("items").at(0), "chat") == "923005550005@s.whatsapp.net");
    CHECK(items("/chats/gateway/923005550004%40s.whatsapp.net/messages").size() == 4);
    CHECK(owner().get("/chats/gateway/4915199999999%40s.whatsapp.net").status == 404);
}

}  // namespace parley::e2e
