// What pages of other sites may read, as browsers ask for it.
#include <catch2/catch.hpp>

#include "net/fixtures.hpp"
#include "net/raw_socket.hpp"

using namespace parley;
using namespace parley::net;
using namespace parley::test;

namespace {

void routes(Router& router) {
    const auto echo = [](const Request& request, Responder respond) { respond(Response::text(200, request.method)); };
    router.add("GET", "/echo", echo);
    router.add("POST", "/echo", echo);
}

}  // namespace

TEST_CASE("pages of the sites that are named may ask first and read the answer, others are told nothing",
          "[security]") {
    ServerOptions options;
    options.allowed_origins = {"https://app.example.net", "http://localhost:5173"};
    TestServer server(routes, options);
    const auto ask = [&](const std::string& line, const std::string& headers) {
        auto socket = RawSocket::to_port(server.port);
        socket.send(line + " HTTP/1.1\r\nHost: a\r\n" + headers + "\r\n");
        return socket.response();
    };
    const std::string page = "Origin: https://app.example.net\r\n";
    const std::string before_post =
        "Access-Control-Request-Method: POST\r\nAccess-Control-Request-Headers: authorization,content-type\r\n";

    const auto preflight = ask("OPTIONS /echo", page + before_post);
    CHECK(preflight.status == 204);
    CHECK(preflight.header("Access-Control-Allow-Origin") == "https://app.example.net");
    CHECK(preflight.header("Access-Control-Allow-Methods") == "GET, HEAD, POST");
    CHECK(preflight.header("Access-Control-Allow-Headers").starts_with("Authorization, Content-Type"));
    CHECK(preflight.header("Access-Control-Allow-Credentials").empty());
    CHECK(preflight.header("Vary") == "Origin");

    const auto answer = ask("GET /echo", "Origin: http://localhost:5173\r\n");
    CHECK(answer.body == "GET");
    CHECK(answer.header("Access-Control-Allow-Origin") == "http://localhost:5173");
    CHECK(answer.header("Access-Control-Allow-Credentials").empty());
    const auto refusal = ask("GET /nothing", page);
    CHECK(refusal.status == 404);
    CHECK(refusal.header("Access-Control-Allow-Origin") == "https://app.example.net");
    CHECK(ask("OPTIONS /nothing", page + before_post).status == 404);
    CHECK(ask("OPTIONS /echo", page).status == 405);  // nobody's question of this kind

    for (const auto* origin : {"https://evil.example", "https://app.example.net.evil.example", "null", "*",
                               "https://app.example.net\r\nOrigin: https://evil.example"}) {
        CAPTURE(origin);
        const auto header = std::string("Origin: ") + origin + "\r\n";
        const auto asked = ask("OPTIONS /echo", header + before_post);
        CHECK(asked.status == 405);
        CHECK(asked.header("Access-Control-Allow-Origin").empty());
        CHECK(asked.header("Access-Control-Allow-Methods").empty());
        const auto read = ask("GET /echo", header);
        CHECK(read.status == 200);
        CHECK(read.header("Access-Control-Allow-Origin").empty());
        CHECK(read.header("Vary") == "Origin");
    }
}

TEST_CASE("without a list of origins answers say nothing of any") {
    TestServer server(routes);
    auto socket = RawSocket::to_port(server.port);
    socket.send("GET /echo HTTP/1.1\r\nHost: a\r\nOrigin: https://app.example.net\r\n\r\n");
    const auto answer = socket.response();
    CHECK(answer.header("Access-Control-Allow-Origin").empty());
    CHECK(answer.header("Vary").empty());
}
