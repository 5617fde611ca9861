// Who may call what, and on whose things: roles, scopes and owners as the document names them, for each of its
// operations. Nothing here knows a route by name.
#include <boost/json.hpp>
#include <catch2/catch.hpp>
#include <map>

#include "api/schema.hpp"
#include "api/stage.hpp"
#include "net/websocket_client.hpp"
#include "support/contract.hpp"

namespace parley::e2e {
namespace {

namespace json = boost::json;
using api::Operation;

// A body with all that the schema names; what is called an id is `id`.
std::string example_body(const Operation& operation, const std::string& id) {
    if (!operation.body) return "";
    json::object made;
    const auto* properties = api::resolved(contract().document(), *operation.body).if_contains("properties");
    for (const auto& [name, schema] : properties->as_object()) {
        const std::string type(schema.at("type").as_string());
        if (type == "integer")
            made[name] = std::stoll(id);
        else if (type == "array")
            made[name] = json::array{1};
        else
            made[name] = "x";
    }
    return json::serialize(made);
}

Answer ask(const Operation& operation, const std::string& token, const std::string& id = nothing) {
    Headers headers;
    if (!token.empty()) headers["Authorization"] = "Bearer " + token;
    if (operation.path.find("/ws/") == 0) {
        Answer answer;
        const auto opened =
            test::WebSocketClient::to_port(stage().host.port(), example(operation.path, id),
                                           token.empty() ? "" : "Authorization: Bearer " + token + "\r\n");
        answer.status = opened.answer().status;
        answer.body = opened.answer().body;
        return answer;
    }
    const auto body = example_body(operation, id);
    if (!body.empty()) headers["Content-Type"] = "application/json";
    return http(stage().host.port(), operation.method, example(operation.path, id), body, headers);
}

// Somebody's thing of each kind that has an owner.
std::string make_own(const std::string& kind, const std::string& name, const std::string& token) {
    if (kind == "token") {
        const Api again(stage().host.port(), sign_in(name));
        const auto all = again.read("/tokens");
        for (const auto& item : all.at("items").as_array())
            if (item.at("current").as_bool()) return text_of(item, "id");
    }
    REQUIRE(kind == "room");
    return text_of(
        json::parse(
            http(stage().host.port(), "POST", "/create-chatroom/", "", {{"Authorization", "Bearer " + token}}).body),
        "id");
}

}  // namespace

TEST_CASE("roles reach as far as the document says, and no further") {
    const std::map<std::string, Api> who = {
        {"none", nobody()}, {"user", key_of("user")}, {"operator", key_of("operator")}, {"admin", key_of("admin")}};
    for (const auto& operation : contract().operations()) {
        if (operation.outside || operation.open) continue;
        for (const auto& [name, api] : who) {
            CAPTURE(operation.id, name);
            const auto role = auth::role_from(name);
            // Whoever may read the stream reads it for ever.
            if (operation.id == "streamEvents" && role >= std::optional(operation.role)) continue;
            const auto answer =
                api.call(operation.method, example(operation.path).substr(std::string("/api/v1").size()));
            if (!role) {
                CHECK(answer.status == 401);
            } else if (*role < operation.role) {
                CHECK(answer.status == 403);
            } else {
                CHECK(answer.status != 401);
                CHECK(answer.status != 403);
                CHECK(answer.status < 500);
            }
        }
    }
}

TEST_CASE("a key without an operation's scope does not get there, whatever its role") {
    std::map<std::string, Api> without;
    for (const auto& scope : all_scopes()) {
        auto others = all_scopes();
        others.erase(scope);
        without.emplace(scope, key_of("admin", {others.begin(), others.end()}));
    }
    for (const auto& operation : contract().operations()) {
        if (operation.scope.empty()) continue;
        CAPTURE(operation.id, operation.scope);
        const auto path = example(operation.path).substr(std::string("/api/v1").size());
        CHECK(without.at(operation.scope).call(operation.method, path).status == 403);
    }
}

TEST_CASE("what lies outside of /api/v1 is opened by its own proofs alone") {
    const auto program = key_of("admin");
    const std::map<std::string, std::string> people = {{"user", person("matrix.user", "user")},
                                                       {"operator", person("matrix.operator", "operator")},
                                                       {"admin", person("matrix.admin", "admin")}};
    for (const auto& operation : contract().operations()) {
        if (!operation.outside || operation.open) continue;
        CAPTURE(operation.id);
        const auto unproved = ask(operation, "").status;
        if (operation.id == "gatewayWebhook") continue;  // the tests' gateway signs nothing
        if (operation.security == "signature") {
            // Closed to all until a secret is set, and after that to who does not know it.
            CHECK((unproved == 401 || unproved == 403 || unproved == 404));
            continue;
        }
        CHECK(unproved == 401);
        CHECK(ask(operation, program.key()).status == (operation.security == "person" ? 403 : 401));
        if (operation.security != "person" || operation.id == "signOut") continue;
        for (const auto& [role, token] : people) {
            CAPTURE(role);
            const auto status = ask(operation, token).status;
            CHECK(status != 401);
            CHECK(status != 403);
            CHECK(status < 500);
        }
    }
}

TEST_CASE("what belongs to somebody is there for them alone, for admins as little as for anybody") {
    const auto mine = person("matrix.ada", "user");
    const std::map<std::string, std::string> others = {{"matrix.eve", person("matrix.eve", "user")},
                                                       {"matrix.root", person("matrix.root", "admin")}};
    int owned = 0;
    for (const auto& operation : contract().operations()) {
        if (operation.owner.empty()) continue;
        ++owned;
        const auto own = make_own(operation.owner, "matrix.ada", mine);
        for (const auto& [name, token] : others) {
            CAPTURE(operation.id, name);
            const auto of_another = ask(operation, token, own), of_nobody = ask(operation, token);
            CHECK(of_another.status == 404);
            CHECK(of_nobody.status == 404);
            CHECK(of_another.body == of_nobody.body);
            CHECK(ask(operation, token, make_own(operation.owner, name, token)).status < 300);
        }
        CAPTURE(operation.id);
        CHECK(ask(operation, "", own).status == 401);
        CHECK(ask(operation, mine, nothing).status == 404);
        CHECK(ask(operation, mine, own).status < 300);
    }
    CHECK(owned >= 6);
}

}  // namespace parley::e2e
