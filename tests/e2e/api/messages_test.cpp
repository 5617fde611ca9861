// Messages, and those they go to, through the API.
#include <boost/json.hpp>
#include <catch2/catch.hpp>

#include "api/stage.hpp"

namespace parley::e2e {

namespace json = boost::json;

TEST_CASE("a message is sent and looked at") {
    const auto id = id_of(owner().post("/messages", R"({"to": "+49 151 0000 0007", "account": "gateway",
                                                        "text": "by the API"})"));
    REQUIRE(eventually([&] { return text_of(owner().read("/messages/" + id), "status") == "sent"; }));
    CHECK(text_of(owner().read("/messages/" + id), "chat") == "4915100000007@s.whatsapp.net");
    CHECK(owner().get("/messages/1").status == 404);
    CHECK(owner().get("/messages/abc").status == 400);
    CHECK(owner().post("/messages", R"({"to": "0123", "text": "x"})").status == 400);
    CHECK(owner().post("/messages", R"({"to": "4915100000007", "account": "nobody", "text": "x"})").status >= 400);
}

TEST_CASE("what was sent is quoted, reacted to, edited and revoked by its id") {
    const auto say = [](const std::string& what) {
        return owner().post("/messages", R"({"to": "4915100000011", "account": "gateway", )" + what + "}");
    };
    const auto settled = [](const Answer& answer) {
        auto id = id_of(answer);
        REQUIRE(eventually([&] { return text_of(owner().read("/messages/" + id), "status") == "sent"; }));
        return id;
    };
    const auto id = settled(say(R"("text": "frist")"));
    const auto name = text_of(owner().read("/messages/" + id), "provider_id");
    const auto about = R"("reply_to": ")" + id + R"(", )";
    settled(say(about + R"("text": "a quotation")"));
    settled(say(about + R"("kind": "reaction", "text": "+")"));
    settled(say(about + R"("kind": "edit", "text": "first")"));
    settled(say(R"("kind": "revoke", "reply_to": ")" + name + R"(")"));
    settled(say(R"("kind": "link", "link": "https://example.org", "text": "look")"));
    settled(say(R"("kind": "media", "link": "https://example.org/a.jpg", "text": "look")"));
    const auto calls = stage().gateway.calls_to("4915100000011@s.whatsapp.net");
    REQUIRE(calls.size() == 7);
    CHECK(calls[1].field("reply_message_id") == name);
    CHECK(calls[2].path == "/message/" + name + "/reaction");
    CHECK(calls[3].path == "/message/" + name + "/update");
    CHECK(calls[3].field("message") == "first");
    CHECK(calls[4].path == "/message/" + name + "/revoke");
    CHECK(calls[5].field("link") == "https://example.org");
    CHECK(calls[6].path == "/send/image");
    CHECK(calls[6].field("image_url") == "https://example.org/a.jpg");
    CHECK(stage().gateway.violations().empty());

    CHECK(say(R"("kind": "edit", "text": "x")").status == 400);
    CHECK(say(about + R"("kind": "edit")").status == 400);
    CHECK(say(R"("kind": "reaction", "text": "+")").status == 400);
    CHECK(say(R"("kind": "link", "link": "javascript:x")").status == 400);
    CHECK(say(R"("kind": "media", "link": "javascript:x")").status == 400);
    CHECK(say(R"("kind": "media", "link": "https://example.org/a.jpg", "file": "abc")").status == 400);
    CHECK(say(R"("kind": "media")").status == 400);
    CHECK(owner()
              .post("/messages", R"({"to": "4915100000012", "account": "gateway", )" + about + R"("text": "x"})")
              .status == 400);  // of another chat
    const auto refused = owner().post(
        "/messages", R"({"to": "ann", "account": "support", )" + about + R"("kind": "edit", "text": "x"})");
    CHECK(refused.status >= 400);
    CHECK(refused.body.find("cannot change a message") != std::string::npos);
}

TEST_CASE("somebody is there, or typing, where the channel shows it") {
    const auto show = [](const std::string& what) { return owner().post("/presence", "{" + what + "}").status; };
    CHECK(show(R"("account": "gateway", "state": "available")") == 204);
    REQUIRE(stage().gateway.wait_for([](const std::vector<Call>& calls) {
        return std::any_of(calls.begin(), calls.end(),
                           [](const Call& call) { return call.field("type") == "available"; });
    }));
    CHECK(show(R"("account": "gateway", "state": "typing", "to": "4915100000011")") == 204);
    CHECK(show(R"("account": "gateway", "state": "idle", "to": "4915100000011")") == 204);
    CHECK(show(R"("account": "gateway", "state": "typing")") >= 400);
    CHECK(show(R"("account": "support", "state": "available")") >= 400);
    CHECK(show(R"("account": "support", "state": "typing", "to": "ann")") >= 400);
    CHECK(show(R"("account": "nobody", "state": "typing", "to": "ann")") == 404);
    CHECK(show(R"("state": "dancing")") == 400);
}

TEST_CASE("a number on the blacklist is not answered") {
    CHECK(owner().call("PUT", "/blacklist/+49%20151%2077").status == 200);
    CHECK(owner().read("/blacklist/4915177").at("number").as_string() == "4915177");
    CHECK(owner().call("PUT", "/blacklist/4915178").status == 200);
    CHECK(items_text(owner().read("/blacklist"), "number") == "4915177 4915178 ");
    CHECK(owner().call("DELETE", "/blacklist/4915177").status == 204);
    CHECK(owner().call("DELETE", "/blacklist/4915177").status == 404);
    CHECK(items_text(owner().read("/blacklist"), "number") == "4915178 ");
    CHECK(owner().call("PUT", "/blacklist/somebody").status == 400);
    CHECK(owner().call("DELETE", "/blacklist/4915178").status == 204);
}

TEST_CASE("what waits can be dropped, and what died can be tried again") {
    stage().gateway.go_down();
    const auto first =
        id_of(owner().post("/messages", R"({"to": "4915100000021", "account": "gateway", "text": "1"})"));
    const auto second =
        id_of(owner().post("/messages", R"({"to": "4915100000021", "account": "gateway", "text": "2"})"));
    CHECK(items_text(owner().read("/outbox?chat=4915100000021%40s.whatsapp.net"), "id").find(second) !=
          std::string::npos);
    REQUIRE(owner().call("DELETE", "/outbox/" + second).status == 204);
    CHECK(text_of(owner().read("/messages/" + second), "status") == "failed");
    const auto letter = owner().read("/dead-letters/" + second);
    CHECK(text_of(letter, "kind") == "outbound");
    CHECK(text_of(letter, "reason").find("dropped") != std::string::npos);
    CHECK(owner().call("DELETE", "/outbox/" + second).status == 409);
    CHECK(owner().call("DELETE", "/outbox/1").status == 404);
    stage().gateway.come_up();
    REQUIRE(eventually([&] { return text_of(owner().read("/messages/" + first), "status") == "sent"; }));

    CHECK(items_text(owner().read("/dead-letters?kind=outbound"), "id").find(second) != std::string::npos);
    CHECK(owner().post("/dead-letters/" + second + "/requeue").status == 200);
    REQUIRE(eventually([&] { return text_of(owner().read("/messages/" + second), "status") == "sent"; }));
    CHECK(owner().post("/dead-letters/" + second + "/requeue").status == 404);
    CHECK(owner().call("DELETE", "/dead-letters/" + second).status == 404);
}

TEST_CASE("a contact is changed, merged, exported and erased") {
    const std::string one = "923005550031", two = "923005550032";
    for (const auto& number : {one, two}) stage().say.direct("/echo canary " + number, number);
    const auto id_by = [](const std::string& number) {
        const auto found = owner().read("/contacts?phone=" + number).at("items").as_array();
        return found.empty() ? std::string() : text_of(found[0], "id");
    };
    REQUIRE(eventually([&] { return !id_by(one).empty() && !id_by(two).empty(); }));
    const auto id = id_by(one), other = id_by(two);
    CHECK(text_of(body_of(owner().call("PATCH", "/contacts/" + id, R"({"name": "Ada", "opted_out": true})")), "name") ==
          "Ada");
    CHECK_FALSE(text_of(owner().read("/contacts/" + id), "opted_out_at").empty());
    CHECK(owner().call("PATCH", "/contacts/" + id, R"({"opted_out": false})").status == 200);
    CHECK(text_of(owner().read("/contacts/" + id), "opted_out_at").empty());

    const auto merged = owner().post("/contacts/" + id + "/merge", "{\"other\": \"" + other + "\"}");
    CHECK(merged.status == 200);
    CHECK(id_by(two) == id);
    CHECK(owner().get("/contacts/" + other).status == 404);
    CHECK(owner().post("/contacts/" + id + "/merge", "{\"other\": \"" + id + "\"}").status == 400);

    REQUIRE(eventually([&] {
        return owner().read("/contacts/" + id + "/export").at("messages").as_array().size() == 4 &&
               owner().read("/outbox").at("items").as_array().empty();
    }));
    const auto part = owner().read("/contacts/" + id + "/export?limit=3");
    CHECK(part.at("messages").as_array().size() == 3);
    CHECK(
        owner().read("/contacts/" + id + "/export?cursor=" + text_of(part, "next")).at("messages").as_array().size() ==
        1);

    Answer erased;
    REQUIRE(eventually([&] {
        erased = owner().call("DELETE", "/contacts/" + id);
        return erased.status != 409;
    }));
    CHECK(erased.status == 200);
    CHECK(text_of(body_of(erased), "messages") == "4");
    CHECK(owner().get("/contacts/" + id).status == 404);
    CHECK(owner().read("/messages?q=canary%20923005550031").at("items").as_array().empty());
    CHECK(json::serialize(owner().read("/audit?limit=200")).find("923005550031") == std::string::npos);
}

TEST_CASE("a campaign is made, filled and run") {
    const auto id = id_of(
        owner().post("/campaigns", R"({"name": "spring", "account": "gateway", "text": "Hello {{1}}", "rate": 50})"));
    CHECK(owner().post("/campaigns/" + id + "/start").status >= 400);
    const auto added = owner().post("/campaigns/" + id + "/recipients",
                                    R"({"recipients": [{"line": 2, "to": "4915100000041", "params": ["Ada"]},
                                                       {"line": 3, "to": "nobody"}]})");
    CAPTURE(added.body);
    CHECK(added.status == 200);
    CHECK(text_of(body_of(added), "invalid") == "1");
    CHECK(owner().post("/campaigns/" + id + "/start").status == 200);
    REQUIRE(eventually([&] { return text_of(owner().read("/campaigns/" + id), "state") == "done"; }));
    CHECK(owner().read("/campaigns/" + id + "?results=true").as_object().contains("results"));
    CHECK(items_text(owner().read("/campaigns/" + id + "/results"), "line") == "2 3 ");
    CHECK(owner().post("/campaigns/" + id + "/pause").status >= 400);
    CHECK(owner().get("/campaigns/999").status == 404);
    CHECK(owner().post("/campaigns", R"({"name": "autumn", "account": "gateway", "text": "Bye"})").status == 201);
    const auto first = owner().read("/campaigns?limit=1");
    CHECK(items_text(first, "name") == "autumn ");
    CHECK(items_text(owner().read("/campaigns?limit=1&cursor=" + text_of(first, "next")), "name") == "spring ");
    CHECK(items_text(owner().read("/campaigns?state=done&account=gateway"), "name") == "spring ");
}

TEST_CASE("a chat is taken over and given back") {
    const std::string chat = "/chats/gateway/4915100000051/takeover";
    CHECK(owner().get(chat).status == 404);
    const auto taken = owner().call("PUT", chat, R"({"hours": 1})");
    CHECK(taken.status == 200);
    CHECK(text_of(body_of(taken), "chat") == "4915100000051@s.whatsapp.net");
    CHECK(items_text(owner().read("/takeovers"), "chat").find("4915100000051") != std::string::npos);
    CHECK(owner().call("DELETE", chat).status == 204);
    CHECK(owner().call("DELETE", chat).status == 404);
    CHECK(owner().call("PUT", "/chats/none/4915100000051/takeover").status == 404);
}

}  // namespace parley::e2e
