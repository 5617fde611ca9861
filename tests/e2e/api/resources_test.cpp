// Each resource of the API, from the outside; support/api.hpp holds every answer against the document. (Messages and
// files have tests of their own.)
#include <boost/json.hpp>
#include <catch2/catch.hpp>
#include <filesystem>

#include "api/stage.hpp"

namespace parley::e2e {

namespace json = boost::json;

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
