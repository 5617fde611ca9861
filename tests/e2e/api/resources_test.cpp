// Each resource of the API, from the outside; support/api.hpp holds every answer against the document.
#include <boost/json.hpp>
#include <catch2/catch.hpp>
#include <filesystem>
#include <sstream>

#include "api/stage.hpp"
#include "support/memory.hpp"

namespace parley::e2e {
namespace {

namespace json = boost::json;

std::string items_text(const json::value& page, const char* name) {
    std::string all;
    for (const auto& item : page.at("items").as_array()) all += text_of(item, name) + " ";
    return all;
}

std::string id_of(const Answer& answer) {
    CAPTURE(answer.body);
    REQUIRE((answer.status == 200 || answer.status == 201 || answer.status == 202));
    return text_of(body_of(answer), "id");
}

}  // namespace

TEST_CASE("organisations are made, renamed and taken away") {
    const auto id = id_of(owner().post("/organisations", R"({"name": "Bakery"})"));
    CHECK(owner().post("/organisations", R"({"name": "Bakery"})").status == 409);
    CHECK(text_of(owner().read("/organisations/" + id), "name") == "Bakery");
    CHECK(owner().call("PATCH", "/organisations/" + id, R"({"name": "Mill"})").status == 200);
    CHECK(items_text(owner().read("/organisations"), "name").find("Mill") != std::string::npos);
    CHECK(owner().call("DELETE", "/organisations/" + id).status == 204);
    CHECK(owner().get("/organisations/" + id).status == 404);
    CHECK(owner().call("DELETE", "/organisations/1").status == 409);
}

TEST_CASE("an account is made, changed and taken away, and shows no secret") {
    const std::string account = R"({"channel": "gateway", "name": "second",
        "fields": {"base_url": "http://127.0.0.1:9", "user": "u", "password": "canary-password-1",
                   "webhook_secret": "canary-secret-22"}})";
    const auto made = owner().post("/accounts", account);
    CAPTURE(made.body);
    REQUIRE(made.status == 201);
    CHECK(made.body.find("canary") == std::string::npos);
    CHECK(owner().post("/accounts", account).status == 409);
    const auto etag = owner().get("/accounts/second").header("etag");
    CHECK(owner().call("PATCH", "/accounts/second", R"({"enabled": false})", {{"If-Match", etag}}).status == 200);
    CHECK(text_of(owner().read("/accounts/second"), "enabled") == "false");
    CHECK(owner().call("PATCH", "/accounts/second", R"({"enabled": true})", {{"If-Match", etag}}).status == 412);
    CHECK(owner().call("PATCH", "/accounts/second", R"({"fields": {"colour": "red"}})").status == 400);
    CHECK(owner().call("DELETE", "/accounts/second").status == 204);
    CHECK(owner().get("/accounts/second").status == 404);
    CHECK(owner().call("DELETE", "/accounts/gateway").status == 422);
    CHECK(items_text(owner().read("/channels"), "channel").find("cloud") != std::string::npos);
    const auto log = owner().read("/audit?target=/api/v1/accounts");
    CHECK(json::serialize(log).find("canary") == std::string::npos);
}

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
    const auto calls = stage().gateway.calls_to("4915100000011@s.whatsapp.net");
    REQUIRE(calls.size() == 6);
    CHECK(calls[1].field("reply_message_id") == name);
    CHECK(calls[2].path == "/message/" + name + "/reaction");
    CHECK(calls[3].path == "/message/" + name + "/update");
    CHECK(calls[3].field("message") == "first");
    CHECK(calls[4].path == "/message/" + name + "/revoke");
    CHECK(calls[5].field("link") == "https://example.org");
    CHECK(stage().gateway.violations().empty());

    CHECK(say(R"("kind": "edit", "text": "x")").status == 400);
    CHECK(say(about + R"("kind": "edit")").status == 400);
    CHECK(say(R"("kind": "reaction", "text": "+")").status == 400);
    CHECK(say(R"("kind": "link", "link": "javascript:x")").status == 400);
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

TEST_CASE("a file is stored, fetched, sent and taken away") {
    const std::string bytes = "%PDF-1.4\n%canary\n";
    const auto made = owner().post("/media", bytes, {{"Content-Type", "application/pdf"}});
    REQUIRE(made.status == 201);
    const auto name = text_of(body_of(made), "stored");
    CHECK(text_of(body_of(made), "mime") == "application/pdf");
    const auto fetched = owner().get("/media/" + name);
    CHECK(fetched.body == bytes);
    CHECK(fetched.header("content-disposition") == "attachment");
    CHECK(owner()
              .post("/messages", json::serialize(json::object{{"to", "4915100000008"},
                                                              {"account", "gateway"},
                                                              {"kind", "media"},
                                                              {"file", name},
                                                              {"name", "menu.pdf"}}))
              .status == 202);
    CHECK(owner().post("/messages", R"({"to": "4915100000008", "kind": "media", "file": "none"})").status >= 400);
    CHECK(owner().call("DELETE", "/media/" + name).status == 204);
    CHECK(owner().get("/media/" + name).status == 404);
    for (const char* path : {"..%2f..%2fmaster.key", "..%2fmaster.key", "%2e%2e"})
        CHECK(http(stage().host.port(), "GET", std::string("/api/v1/media/") + path, "",
                   {{"Authorization", "Bearer s3cret"}})
                  .status >= 400);
    CHECK(owner().post("/media").status == 400);
}

TEST_CASE("a part of a file is fetched") {
    const auto name =
        text_of(body_of(owner().post("/media", "%PDF-0123456789", {{"Content-Type", "application/pdf"}})), "stored");
    const auto part = [&](const std::string& range) {
        return owner().call("GET", "/media/" + name, "", {{"Range", range}});
    };
    CHECK(part("bytes=5-7").status == 206);
    CHECK(part("bytes=5-7").body == "012");
    CHECK(part("bytes=5-7").header("content-range") == "bytes 5-7/15");
    CHECK(part("bytes=-3").body == "789");
    CHECK(part("bytes=99-").status == 416);
    CHECK(part("bytes=99-").header("content-range") == "bytes */15");
    CHECK(owner().call("DELETE", "/media/" + name, "", {{"Range", "bytes=0-1"}}).status == 204);
}

TEST_CASE("large files go to disk and back, and are never held") {
    const auto peak_kib = [] {
        std::istringstream status(read_text("/proc/" + std::to_string(stage().host.pid()) + "/status"));
        for (std::string line; std::getline(status, line);)
            if (line.starts_with("VmHWM:")) return std::stol(line.substr(6));
        return 0L;
    };
    const Headers type{{"Content-Type", "application/x-canary"}};
    std::string bytes(80 << 20, '\0');
    for (std::size_t i = 0; i < bytes.size(); i += 4096) bytes[i] = static_cast<char>(i >> 12);
    REQUIRE(owner().post("/media", "warm", type).status == 201);
    const auto before = peak_kib();
    const auto made = owner().post("/media", bytes, type);
    REQUIRE(made.status == 201);
    CHECK(body_of(made).at("size").as_int64() == static_cast<std::int64_t>(bytes.size()));
    const auto name = text_of(body_of(made), "stored");
    CHECK((owner().get("/media/" + name).body == bytes));
    if (memory_tells) CHECK(peak_kib() - before < 16 * 1024);
    CHECK(owner().call("DELETE", "/media/" + name).status == 204);

    // The limits of each kind: of the one that is said, and of the one that it is.
    bytes.resize((16 << 20) + 1);
    CHECK(owner().post("/media", bytes, {{"Content-Type", "video/mp4"}}).status == 413);
    bytes.resize((5 << 20) + 1);
    bytes.replace(0, 16, std::string("\x89PNG\r\n\x1a\n\0\0\0\rIHDR", 16));
    const auto picture = owner().post("/media", bytes, {{"Content-Type", "application/pdf"}});
    CHECK(picture.status == 413);
    CHECK(text_of(body_of(picture), "detail") == "a file of the type image/png has at most 5 MiB");
    // Nobody's file is not even read.
    const auto refused = nobody().post("/media", bytes, type);
    CHECK(refused.status == 401);
    CHECK(refused.header("connection") == "close");
}

TEST_CASE("the same file with the same key is stored once") {
    const Headers key{{"Idempotency-Key", "a file"}, {"Content-Type", "text/plain"}};
    const auto first = owner().post("/media", "the same words", key);
    REQUIRE(first.status == 201);
    const auto again = owner().post("/media", "the same words", key);
    CHECK(again.body == first.body);
    CHECK(again.header("idempotency-replayed") == "true");
    CHECK(owner().post("/media", "other words", key).status == 422);
}

TEST_CASE("plugins are listed, uploaded, configured and controlled") {
    CHECK(items_text(owner().read("/plugins"), "id").find("echo") != std::string::npos);
    CHECK(text_of(owner().read("/plugins/echo"), "state") == "serving");
    CHECK(owner().post("/plugins/echo/disable").status == 200);
    CHECK(text_of(owner().read("/plugins/echo"), "state") == "disabled");
    CHECK(owner().post("/plugins/echo/enable").status == 200);
    CHECK(owner().get("/plugins/echo/metrics").status == 200);
    CHECK(owner().get("/plugins/echo/log").status == 200);
    CHECK(owner().get("/plugins/none").status == 404);

    CHECK(owner().call("PUT", "/plugins/echo/configuration", R"({"values": {"loud": true}})").status == 200);
    CHECK(owner().read("/plugins/echo/configuration").at("values").at("loud").as_bool());
    CHECK(owner().call("PUT", "/plugins/echo/configuration", R"({"values": 1})").status == 400);

    const Headers binary{{"Content-Type", "application/octet-stream"}};
    const auto made = owner().post("/plugins?file=ping.so", read_text(plugin_file("ping")), binary);
    CAPTURE(made.body);
    CHECK(made.status == 201);
    CHECK(text_of(owner().read("/plugins/ping"), "state") == "serving");
    const auto broken = owner().post("/plugins?file=broken.so", "this is no library", binary);
    CHECK(broken.status == 422);
    CHECK(owner().get("/plugins/broken").status == 404);
    // Plugins that nothing is wrong with, but for the one that has their commands already: all stays as it was.
    const auto echo = read_text(plugin_file("echo"));
    CHECK(owner().post("/plugins?file=ping.so", echo, binary).status == 422);
    CHECK(owner().post("/plugins?file=second.so", echo, binary).status == 422);
    CHECK(text_of(owner().read("/plugins/ping"), "state") == "serving");
    const std::filesystem::path directory = stage().host.plugins_dir();
    CHECK(read_text(directory / "ping.so") == read_text(plugin_file("ping")));
    CHECK_FALSE(std::filesystem::exists(directory / "second.so"));
    for (const auto& file : std::filesystem::directory_iterator(directory))
        CHECK(file.path().filename().string().front() != '.');
    int refused = 0;
    const auto uploads = owner().read("/audit?action=uploadPlugin");
    for (const auto& row : uploads.at("items").as_array()) refused += row.at("status").as_int64() == 422 ? 1 : 0;
    CHECK(refused == 3);
    CHECK(owner().post("/plugins?file=..%2fevil.so", "x", binary).status == 400);
    CHECK(owner().post("/plugins/ping/unload").status == 200);
}

TEST_CASE("settings are read, changed and reset") {
    CHECK(items_text(owner().read("/settings"), "name").find("debug") != std::string::npos);
    CHECK(owner().call("PUT", "/settings/debug", R"({"value": "yes"})").status == 200);
    CHECK(text_of(owner().read("/settings/debug"), "value") == "true");
    CHECK(owner().call("PUT", "/settings/debug", R"({"value": "perhaps"})").status == 400);
    CHECK(owner().call("DELETE", "/settings/debug").status == 204);
    CHECK(text_of(owner().read("/settings/debug"), "value") == "false");
    CHECK(owner().get("/settings/none").status == 404);
    // One for each plugin, so they are in the list only while they are set.
    CHECK(owner().call("PUT", "/settings/hook_secret_echo", R"({"value": "short"})").status == 400);
    CHECK(owner().call("PUT", "/settings/hook_secret_echo", R"({"value": "canary-0123456789"})").status == 200);
    CHECK(items_text(owner().read("/settings"), "name").find("hook_secret_echo") != std::string::npos);
    CHECK(owner().get("/settings/hook_secret_echo").body.find("canary") == std::string::npos);
    CHECK(owner().call("DELETE", "/settings/hook_secret_echo").status == 204);
}

TEST_CASE("the language model is tested, and without one that is said") {
    const auto found = owner().post("/gpt/test", "");
    CAPTURE(found.body);
    CHECK(found.status == 200);
    CHECK(found.body.find("no language model is configured") != std::string::npos);
    CHECK(owner().get("/gpt/test").status == 405);
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

TEST_CASE("keys open what they say until they are revoked") {
    const auto made = owner().post("/keys", R"({"name": "cron", "role": "operator", "scopes": ["messages:read"],
                                                "expires_in_days": 1})");
    const auto id = id_of(made), key = text_of(body_of(made), "key");
    const auto program = owner().with_key(key);
    CHECK(program.get("/messages").status == 200);
    CHECK(text_of(owner().read("/keys/" + id), "hint") == key.substr(key.size() - 4));
    CHECK(owner().get("/keys").body.find(key) == std::string::npos);
    CHECK(owner().post("/keys", R"({"name": "x", "role": "user", "scopes": ["everything"]})").status == 400);
    CHECK(owner().call("DELETE", "/keys/" + id).status == 204);
    CHECK(program.get("/messages").status == 401);
    CHECK(owner().call("DELETE", "/keys/" + id).status == 404);
}

TEST_CASE("people are added and changed, and see their own sign-ins alone") {
    const auto add = [](const char* name, const char* role) {
        return owner().post("/users",
                            json::serialize(json::object{{"username", name}, {"password", password}, {"role", role}}));
    };
    CHECK(add("ada", "operator").status == 201);
    CHECK(add("ADA", "user").status == 409);
    CHECK(add("bob", "user").status == 201);
    CHECK(owner().post("/users", R"({"username": "eve", "password": "short", "role": "user"})").status == 400);
    const auto ada = owner().with_key(sign_in("ada")), bob = owner().with_key(sign_in("bob"));
    CHECK(text_of(ada.read("/me"), "name") == "ada");
    CHECK(ada.get("/messages").status == 200);
    CHECK(ada.get("/users").status == 403);
    CHECK(bob.get("/messages").status == 403);
    const auto mine = ada.read("/tokens").at("items").as_array();
    REQUIRE(mine.size() == 1);
    const auto id = text_of(mine[0], "id");
    CHECK(bob.call("DELETE", "/tokens/" + id).status == 404);
    CHECK(ada.call("DELETE", "/tokens/" + id).status == 204);
    CHECK(ada.get("/me").status == 401);
    CHECK(owner().call("PATCH", "/users/bob", R"({"role": "operator"})").status == 200);
    CHECK(bob.get("/me").status == 401);
    CHECK(owner().with_key(sign_in("bob")).get("/messages").status == 200);
    CHECK(owner().call("PATCH", "/users/bob", R"({"disabled": true})").status == 200);
    CHECK(text_of(owner().read("/users/bob"), "disabled") == "true");
    CHECK(owner().call("PATCH", "/users/nobody", R"({"disabled": true})").status == 404);
    CHECK(items_text(owner().read("/users"), "username").find("ada") != std::string::npos);
    CHECK(json::serialize(owner().read("/audit?limit=200")).find("battery") == std::string::npos);
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

TEST_CASE("what the language model cost can be summed") {
    for (const char* by : {"day", "account", "person", "model"})
        CHECK(owner().get(std::string("/usage?by=") + by).status == 200);
    CHECK(owner().get("/usage?from=2026-11-01&to=2026-11-30").status == 200);
    CHECK(owner().get("/usage?from=yesterday").status == 400);
}

TEST_CASE("the host tells how it does, and who asks") {
    CHECK(text_of(owner().read("/health"), "ready") == "true");
    CHECK(text_of(owner().read("/me"), "kind") == "local");
    const auto user = key_of("user");
    CHECK(text_of(user.read("/me"), "role") == "user");
    CHECK(user.get("/health").status == 403);
    CHECK(user.read("/tokens").at("items").as_array().empty());
}

}  // namespace parley::e2e
