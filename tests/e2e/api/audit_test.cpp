// Every change that a person or a key makes is in the audit log, whichever way it came.
#include <algorithm>
#include <boost/json.hpp>
#include <catch2/catch.hpp>

#include "api/stage.hpp"

namespace parley::e2e {
namespace {

namespace json = boost::json;

json::array audit(const std::string& filter) {
    return owner().read("/audit?" + filter).at("items").as_array();
}

Answer at(const std::string& method, const std::string& target, const std::string& token, const std::string& body) {
    Headers headers{{"Content-Type", "application/json"}};
    if (!token.empty()) headers["Authorization"] = "Bearer " + token;
    return http(stage().host.port(), method, target, body, headers);
}

std::string credentials(const std::string& name, const std::string& given = password) {
    return json::serialize(json::object{{"username", name}, {"password", given}});
}

}  // namespace

TEST_CASE("what admins change in a chat is told like a request of the API") {
    CHECK(stage().say.as_admin("/admin blacklist -a 923005550071") == "*Added to blacklist*: 923005550071.");
    const auto found = audit("actor_kind=chat&action=putSetting&target=/api/v1/settings/blacklist_ids");
    REQUIRE(found.size() == 1);
    CHECK(text_of(found[0], "actor") == admin_number);
    CHECK(text_of(found[0], "remote") == "gateway");
    CHECK(text_of(found[0], "status") == "200");
    CHECK(text_of(found[0].at("before"), "value").find("923005550071") == std::string::npos);
    CHECK(text_of(found[0].at("after"), "value").find("923005550071") != std::string::npos);
    CHECK(owner().call("DELETE", "/blacklist/923005550071").status == 204);
}

TEST_CASE("who comes, goes and fails to come in is told") {
    CHECK(at("POST", "/auth/register/", "", credentials("audit.ada")).status == 201);
    const auto login = at("POST", "/auth/login/", "", credentials("audit.ada"));
    REQUIRE(login.status == 200);
    const auto token = text_of(json::parse(login.body), "token");
    CHECK(at("POST", "/auth/login/", "", credentials("audit.ada", "a wrong password")).status == 401);
    CHECK(at("POST", "/auth/login/", "", credentials("my password, by mistake", "audit.ada")).status == 401);
    const auto room = text_of(json::parse(at("POST", "/create-chatroom/", token, "{}").body), "id");
    CHECK(at("POST", "/join-chatroom/", token, "{\"chatroom_id\":" + room + "}").status == 201);
    CHECK(at("POST", "/join-chatroom/", token, "{\"chatroom_id\":" + room + "}").status == 201);
    CHECK(at("DELETE", "/leave-chatroom/" + room + "/", token, "").status == 200);
    CHECK(at("POST", "/auth/logout/", token, "").status == 200);
    std::string told;
    REQUIRE(eventually([&] {
        told.clear();
        const auto all = audit("actor_kind=person&limit=50");
        for (auto item = all.rbegin(); item != all.rend(); ++item)
            if (const auto name = text_of(*item, "actor"); name == "audit.ada")
                told += text_of(*item, "action") + " " + text_of(*item, "status") + "; ";
        return told.find("signIn 401") != std::string::npos;
    }));
    for (const char* one : {"register 201; signIn 200; ", "createRoom 201; joinRoom 201; leaveRoom 200; signOut 200; "})
        CHECK(told.find(one) != std::string::npos);
    // A name that nobody has may be a password.
    CHECK(eventually([] {
        const auto all = audit("action=signIn&limit=200");
        return std::any_of(all.begin(), all.end(), [](const auto& item) { return text_of(item, "actor").empty(); });
    }));
    CHECK(json::serialize(audit("limit=200")).find("by mistake") == std::string::npos);
}

TEST_CASE("the sign-in link works once, gives a sign-in like others, and is told") {
    const auto output = stage().host.output();
    const auto begin = output.find("/sign-in?code=");
    REQUIRE(begin != std::string::npos);
    const auto link = output.substr(begin, output.find('\n', begin) - begin);
    const auto port = stage().host.port();
    CHECK(http(port, "GET", "/sign-in?code=0123456789abcdef").status == 403);
    const auto in = http(port, "GET", link);
    REQUIRE(in.status == 303);
    CHECK(in.header("location") == "/admin");
    const auto cookie = in.header("set-cookie");
    CHECK(cookie.find("HttpOnly; SameSite=Strict") != std::string::npos);
    const auto pair = cookie.substr(0, cookie.find(';')), token = pair.substr(pair.find('=') + 1);
    CHECK(http(port, "GET", link).status == 403);
    CHECK(http(port, "GET", "/admin").status == 401);
    CHECK(http(port, "GET", "/admin", "", {{"Cookie", pair}}).status == 200);
    // A page of another site can send the cookie along, so it opens nothing else.
    CHECK(http(port, "GET", "/api/v1/me", "", {{"Cookie", pair}}).status == 401);
    CHECK(text_of(owner().with_key(token).read("/me"), "role") == "admin");
    const auto told = audit("action=signIn&target=/sign-in");
    REQUIRE(told.size() == 1);
    CHECK(text_of(told[0], "actor") == "(operator)");
    CHECK(owner().call("PATCH", "/users/(operator)", R"({"disabled": true})").status == 200);
    CHECK(http(port, "GET", "/admin", "", {{"Cookie", pair}}).status == 401);
}

}  // namespace parley::e2e
