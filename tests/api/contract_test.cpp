// The document itself: whole, and of what is checked only.
#include "api/contract.hpp"

#include <boost/json.hpp>
#include <catch2/catch.hpp>
#include <set>

#include "api/schema.hpp"

namespace parley::api {
namespace {

namespace json = boost::json;

const Contract& contract() {
    static const Contract one;
    return one;
}

net::Request request(const std::string& query) {
    net::Request made;
    made.query = query;
    return made;
}

}  // namespace

TEST_CASE("the document is one of OpenAPI 3.1") {
    const auto& document = contract().document();
    CHECK(document.at("openapi").as_string() == "3.1.0");
    CHECK(document.at("info").at("version").as_string() == PARLEY_VERSION);
    CHECK(contract().operations().size() > 50);
    for (const auto& operation : contract().operations()) {
        CAPTURE(operation.id);
        CHECK(operation.path.starts_with("/api/v1/") == !operation.outside);
        CHECK((operation.open || operation.outside || !operation.scope.empty()));
    }
}

TEST_CASE("what the router or the document lacks is found") {
    net::Router router;
    const net::Handler none = [](const net::Request&, net::Responder) {};
    std::vector<std::string> missing;
    for (const auto& operation : contract().operations()) {
        if (operation.id == "openRoom") continue;
        if (operation.id == "showLive") missing.emplace_back("GET /health/live is in the document alone");
        if (operation.id == "showLive") continue;
        router.add(operation.method, operation.path, none);
        if (operation.id == "streamEvents")
            router.add_websocket(operation.path, [](const net::Request&, const auto&) {});
    }
    missing.emplace_back("WebSocket /ws/chat/{} is in the document alone");
    CHECK(contract().differences(router) == missing);
    router.add_websocket("/ws/chat/{number}", [](const net::Request&, const auto&) {});
    router.add("GET", "/health/live/", none);
    CHECK(contract().differences(router).empty());
    // The same with a slash at the end, parts of pages, and what only the machine itself reaches.
    net::RouteLimits local;
    local.local_only = true;
    router.add("POST", "/auth/login", none);
    router.add("GET", "/docs/start.js", none);
    router.add("GET", "/control/chat", none, local);
    CHECK(contract().differences(router).empty());
    router.add("GET", "/hidden", none);
    CHECK(contract().differences(router) == std::vector<std::string>{"GET /hidden is not in the document"});
}

TEST_CASE("every schema uses only what is checked, and every reference leads somewhere") {
    for (const auto& [name, schema] : contract().document().at("components").at("schemas").as_object())
        CHECK_FALSE(unknown_keyword(schema, std::string(name)));
    // Walks the whole document.
    std::vector<const json::value*> left{&contract().document().at("paths"), &contract().document().at("components")};
    while (!left.empty()) {
        const auto* value = left.back();
        left.pop_back();
        if (const auto* object = value->if_object()) {
            if (object->contains("$ref")) CHECK_NOTHROW(resolved(contract().document(), *value));
            for (const auto& member : *object) left.push_back(&member.value());
        } else if (const auto* array = value->if_array()) {
            for (const auto& item : *array) left.push_back(&item);
        }
    }
}

TEST_CASE("every parameter of a path is described, and no other") {
    for (const auto& operation : contract().operations()) {
        CAPTURE(operation.id);
        std::set<std::string> in_path, described;
        for (std::size_t from = 0; (from = operation.path.find('{', from)) != std::string::npos;) {
            const auto end = operation.path.find('}', from);
            in_path.insert(operation.path.substr(from + 1, end - from - 1));
            from = end;
        }
        for (const auto& one : operation.parameters)
            if (one.in == Parameter::In::path) described.insert(one.name);
        CHECK(in_path == described);
    }
}

TEST_CASE("scopes are named after what they open") {
    for (const auto& operation : contract().operations()) {
        if (operation.scope.empty()) continue;
        CAPTURE(operation.id, operation.scope);
        const auto colon = operation.scope.find(':');
        REQUIRE(colon != std::string::npos);
        const auto right = operation.scope.substr(colon + 1);
        CHECK((right == "read" || right == "write" || right == "erase"));
        CHECK((right == "read") == !operation.changes());
    }
}

TEST_CASE("parameters are checked as they are described") {
    const auto& list = *contract().find("listMessages");
    CHECK_FALSE(contract().check_parameters(list, request("limit=5&q=ab")));
    CHECK(contract().check_parameters(list, request("limit=0")) ==
          std::optional<std::string>("limit: must be at least 1"));
    CHECK(contract().check_parameters(list, request("limit=many")) ==
          std::optional<std::string>("limit: must be a whole number"));
    CHECK(contract().check_parameters(list, request("limit=1&limit=2")) ==
          std::optional<std::string>("limit: is given twice; give it once"));
    CHECK(contract().check_parameters(list, request("colour=red")));
    CHECK(contract().check_parameters(list, request("q=%00%00")));
    // Repeated in the answer, which is JSON.
    CHECK(contract().check_parameters(list, request("%FF=1")) ==
          std::optional<std::string>("the query of the URL is broken: names must be UTF-8 without NUL"));
}

TEST_CASE("answers that the document does not allow are found out") {
    const auto& me = *contract().find("getMe");
    CHECK_FALSE(contract().check_answer(me, 200, "application/json",
                                        R"({"kind":"local","id":"0","name":"x","role":"admin","scopes":[]})"));
    CHECK(contract().check_answer(me, 200, "application/json", R"({"kind":"local"})"));
    CHECK(contract().check_answer(me, 418, "application/json", "{}"));
    CHECK(contract().check_answer(me, 200, "text/html", "hello"));
}

}  // namespace parley::api
