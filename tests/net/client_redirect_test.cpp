#include <catch2/catch.hpp>

#include "net/fixtures.hpp"
#include "net/form.hpp"
#include "net/raw_socket.hpp"

using namespace parley;
using namespace parley::net;
using namespace parley::test;

namespace {

// /go?to=LOCATION&status=N redirects; everything else says what it saw.
void routes(Router& router) {
    auto go = [](Request request, Responder respond) {
        Response response;
        response.status = std::stoi(request.query_value("status").value_or("302"));
        response.headers.set("Location", *request.query_value("to"));
        respond(std::move(response));
    };
    auto see = [](Request request, Responder respond) {
        respond(Response::text(200, request.method + "|" + request.target + "|" + request.body + "|" +
                                        std::string(request.headers.get("Authorization")) + "|" +
                                        std::string(request.headers.get("Content-Type"))));
    };
    for (const auto* method : {"GET", "POST"}) {
        router.add(method, "/a/go", go);
        router.add(method, "/a/see", see);
        router.add(method, "/see", see);
    }
    router.add("GET", "/loop", [](Request, Responder respond) {
        Response response;
        response.status = 301;
        response.headers.set("Location", "/loop");
        respond(std::move(response));
    });
}

ClientRequest go(std::uint16_t port, const std::string& to, const std::string& method = "GET", int status = 302) {
    auto request = local_request(port, "/a/go?status=" + std::to_string(status) + "&to=" + percent_encode(to), method);
    request.redirects = 3;
    request.headers.set("Authorization", "secret");
    if (method == "POST") {
        request.headers.set("Content-Type", "text/plain");
        request.body = "body";
    }
    return request;
}

}  // namespace

TEST_CASE("redirects inside the origin are followed") {
    TestServer server(routes);
    TestClient client;
    auto origin = "http://127.0.0.1:" + std::to_string(server.port);
    CHECK(client.send(go(server.port, "/see"))->body == "GET|/see||secret|");
    CHECK(client.send(go(server.port, "see?x=1"))->body == "GET|/a/see?x=1||secret|");
    CHECK(client.send(go(server.port, origin + "/see#frag"))->body == "GET|/see||secret|");
    CHECK(client.send(go(server.port, "//127.0.0.1:" + std::to_string(server.port) + "/see"))->body ==
          "GET|/see||secret|");
    CHECK(server.server->counters().connections_total == 1);
}

TEST_CASE("the method changes as browsers change it") {
    TestServer server(routes);
    TestClient client;
    for (int status : {301, 302, 303})
        CHECK(client.send(go(server.port, "/see", "POST", status))->body == "GET|/see||secret|");
    for (int status : {307, 308}) {
        CHECK(client.send(go(server.port, "/see", "POST", status))->body == "POST|/see|body|secret|text/plain");
    }
}

TEST_CASE("redirects are not followed unless asked for, and not for ever") {
    TestServer server(routes);
    TestClient client;
    auto request = go(server.port, "/see");
    request.redirects = 0;
    auto result = client.send(request);
    REQUIRE(result.has_value());
    CHECK(result->status == 302);
    CHECK(result->headers.get("Location") == "/see");
    auto loop = local_request(server.port, "/loop");
    loop.redirects = 3;
    auto endless = client.send(loop);
    REQUIRE_FALSE(endless.has_value());
    CHECK(endless.error().error.code == Errc::unavailable);
    CHECK(server.server->counters().requests == 5);
}

TEST_CASE("a redirect cannot lead to a private address, not even from a trusted host") {
    TestServer server(routes);
    TestServer canary(routes);
    TestClient client;
    auto port = std::to_string(canary.port);
    for (const auto& to : {"http://127.0.0.1:" + port + "/see", "http://localhost:" + port + "/see",
                           "//127.0.0.1:" + port + "/see", std::string("http://169.254.169.254/latest/meta-data/"),
                           "http://[::ffff:7f00:1]:" + port + "/", "http://[::1]:" + port + "/"}) {
        INFO(to);
        auto result = client.send(go(server.port, to));
        REQUIRE_FALSE(result.has_value());
        CHECK(result.error().error.code == Errc::denied);
        CHECK(result.error().progress == Progress::in_doubt);
    }
    for (const auto& to :
         {"http://user@127.0.0.1:" + port + "/see", std::string("file:///etc/passwd"),
          std::string("gopher://127.0.0.1/"), "http://127.1:" + port + "/", std::string("http://\\/")}) {
        INFO(to);
        auto result = client.send(go(server.port, to));
        REQUIRE_FALSE(result.has_value());
        CHECK(result.error().error.code == Errc::invalid);
    }
    CHECK(canary.server->counters().connections_total == 0);
}
