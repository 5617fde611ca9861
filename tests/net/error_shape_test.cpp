// What the server answers by itself, in the shape of the place that was asked.
#include <catch2/catch.hpp>

#include "net/fixtures.hpp"
#include "net/raw_socket.hpp"
#include "net/websocket.hpp"

using namespace parley;
using namespace parley::net;
using namespace parley::test;

namespace {

ServerOptions quick() {
    ServerOptions options;
    options.header_timeout_ms = 150;
    options.body_timeout_ms = 150;
    options.max_header_bytes = 2000;
    return options;
}

// The same routes with a shape of their own under /api, and without one under /plain.
struct Shapes {
    std::vector<Responder> held;
    TestServer server{[this](Router& router) { add_routes(router); }, quick()};

    void add_routes(Router& router) {
        router.shape_errors("/api", [](int status, std::string_view code, std::string_view) {
            auto response = Response::text(status, "shaped " + std::to_string(status) + " " + std::string(code));
            response.headers.set("Content-Type", "application/problem+json");
            return response;
        });
        RouteLimits limits;
        limits.max_body = 100;
        limits.deadline_ms = 100;
        for (const std::string under : {"/api", "/plain"}) {
            auto echo = [](Request request, Responder respond) { respond(Response::text(200, request.body)); };
            router.add("POST", under + "/echo", echo, limits);
            router.add("GET", under + "/throws", [](Request, Responder) { throw std::runtime_error("x"); });
            router.add("GET", under + "/forgets", [](Request, Responder) {});
            router.add(
                "GET", under + "/never", [this](Request, Responder respond) { held.push_back(std::move(respond)); },
                limits);
            router.add_websocket(under + "/ws", [](Request, std::unique_ptr<Upgrade>) {});
        }
    }
};

struct Case {
    std::string wire;  // with @ in place of the path it is asked under
    int status;
    std::string code;
};

std::string post(const std::string& fields, const std::string& rest = "") {
    return "POST @/echo HTTP/1.1\r\nHost: a\r\n" + fields + "\r\n" + rest;
}
std::string get(const std::string& path, const std::string& fields = "Host: a\r\n") {
    return "GET @" + path + " HTTP/1.1\r\n" + fields + "\r\n";
}

std::string upgrade(const std::string& fields) {
    return get("/ws", "Host: a\r\nConnection: upgrade\r\nUpgrade: websocket\r\n" + fields);
}

std::vector<Case> cases() {
    const std::string chunks = "Transfer-Encoding: chunked\r\n",
                      key = "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n",
                      version = "Sec-WebSocket-Version: 13\r\n";
    return {
        {get("/nothing"), 404, "not_found"},
        {get("/echo"), 405, "method_not_allowed"},
        {get("/%zz"), 400, "malformed"},
        {get("/echo", "Host: a\r\nHost: b\r\n"), 400, "malformed"},
        {get("/echo", "Host: a\r\nX: " + std::string(3000, 'x') + "\r\n"), 431, "malformed"},
        {"GET @/echo HTTP/3.0\r\nHost: a\r\n\r\n", 505, "malformed"},
        {"GET @/echo HTTP/1.1\r\nHost: a\r\nX: nothing fol", 408, "timeout"},
        {post("Expect: magic\r\n"), 417, "malformed"},
        {post("Content-Length: 101\r\n"), 413, "too_large"},
        {post(chunks, "70\r\n" + std::string(0x70, 'x') + "\r\n0\r\n\r\n"), 413, "too_large"},
        {post(chunks, "zz\r\n"), 400, "malformed"},
        {post(chunks, "1\r\nx\r\n0\r\nX: y\r\n\r\n"), 400, "malformed"},
        {post("Content-Length: 10\r\n", "half"), 408, "timeout"},
        {get("/never"), 503, "timeout"},
        {get("/throws"), 500, "internal"},
        {get("/forgets"), 500, "internal"},
        {get("/ws"), 426, "upgrade_required"},
        {upgrade(key), 426, "upgrade_required"},
        {upgrade(version), 400, "malformed"},
        {upgrade(version + key + "Origin: https://elsewhere.example\r\n"), 403, "origin"},
        {upgrade(version + key), 500, "internal"},
    };
}

std::string under(std::string wire, const std::string& path) {
    return wire.replace(wire.find('@'), 1, path);
}

}  // namespace

TEST_CASE("the server's own errors have the shape of the place that was asked") {
    Shapes it;
    for (const auto& expected : cases()) {
        CAPTURE(expected.wire);
        auto socket = RawSocket::to_port(it.server.port);
        socket.send(under(expected.wire, "/api"));
        auto shaped = socket.response();
        CHECK(shaped.status == expected.status);
        CHECK(shaped.header("Content-Type") == "application/problem+json");
        CHECK(shaped.body == "shaped " + std::to_string(expected.status) + " " + expected.code);

        auto other = RawSocket::to_port(it.server.port);
        other.send(under(expected.wire, "/plain"));
        auto usual = other.response();
        CHECK(usual.status == expected.status);
        CHECK(usual.header("Content-Type") == "application/json");
        CHECK(usual.body.starts_with("{\"error\":{\"code\":\"" + expected.code + "\",\"message\":"));
    }
    it.server.on_loop([&] { it.held.clear(); });
}

TEST_CASE("the shape is that of a path, not of what begins like it") {
    Router router;
    router.shape_errors("/api/v1", [](int, std::string_view, std::string_view) { return Response::text(418, ""); });
    auto status = [&](const char* path) { return (*router.error_shape(path))(404, "", "").status; };
    CHECK(status("/api/v1") == 418);
    CHECK(status("/api/v1/") == 418);
    CHECK(status("/api/v1/x") == 418);
    CHECK(status("/api/v10") == 404);
    CHECK(status("/api") == 404);
    CHECK(status("") == 404);
}

TEST_CASE("who finds the host full is told so in the shape of what was asked") {
    auto options = quick();
    options.header_timeout_ms = 10'000;
    options.max_connections = 1;
    TestServer server(
        [](Router& router) {
            router.shape_errors("/api", [](int status, std::string_view, std::string_view) {
                return Response::text(status, "shaped");
            });
            router.add("GET", "/", [](Request, Responder respond) { respond(Response::text(200, "")); });
        },
        options);
    auto first = RawSocket::to_port(server.port);
    first.send("GET / HTTP/1.1\r\nHost: a\r\n\r\n");
    REQUIRE(first.response().status == 200);
    for (const std::string path : {"/api/x", "/x"}) {
        CAPTURE(path);
        auto late = RawSocket::to_port(server.port);
        late.send("GET " + path + " HTTP/1.1\r\nHost: a\r\n\r\n");
        auto answer = late.response();
        CHECK(answer.status == 503);
        CHECK(answer.header("Retry-After") == "5");
        CHECK(answer.header("Connection") == "close");
        CHECK((answer.body == "shaped") == (path == "/api/x"));
        CHECK_FALSE(answer.body.empty());
        CHECK(late.closed_within(5000));
    }
}
