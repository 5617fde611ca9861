#include <catch2/catch.hpp>
#include <mutex>

#include "net/fixtures.hpp"
#include "net/raw_socket.hpp"

using namespace parley;
using namespace parley::net;
using namespace parley::test;

namespace {

// Says what it saw.
void echo(Request request, Responder respond) {
    auto response = Response::text(200, request.method + " " + request.path + "|" + request.query + "|" + request.body);
    response.headers.set("X-Remote", request.remote);
    response.headers.set("X-Local", request.local ? "yes" : "no");
    respond(std::move(response));
}

void echo_routes(Router& router) {
    router.add("GET", "/echo", echo);
    router.add("POST", "/echo", echo);
    router.add("GET", "/rooms/{room}", [](Request request, Responder respond) {
        respond(Response::text(200, std::string(request.path_value("room"))));
    });
}

std::string post(const std::string& body, const std::string& extra = "") {
    return "POST /echo HTTP/1.1\r\nHost: a\r\n" + extra + "Content-Length: " + std::to_string(body.size()) +
           "\r\n\r\n" + body;
}

}  // namespace

TEST_CASE("requests are answered over one connection, one after the other") {
    TestServer server(echo_routes);
    auto socket = RawSocket::to_port(server.port);
    socket.send("GET /echo?a=%20b HTTP/1.1\r\nHost: a\r\n\r\n");
    auto first = socket.response();
    CHECK(first.status == 200);
    CHECK(first.body == "GET /echo|a=%20b|");
    CHECK(first.header("X-Remote") == "127.0.0.1");
    CHECK(first.header("X-Local") == "no");
    CHECK(first.header("X-Content-Type-Options") == "nosniff");
    CHECK(first.header("Date").ends_with(" GMT"));
    CHECK(first.header("Server").empty());
    CHECK(first.header("Connection").empty());
    socket.send(post("hello"));
    CHECK(socket.response().body == "POST /echo||hello");
    socket.send("GET /rooms/a%2Fb%20c HTTP/1.1\r\nHost: a\r\n\r\n");
    CHECK(socket.response().body == "a/b c");
    auto counters = server.server->counters();
    CHECK(counters.requests == 3);
    CHECK(counters.connections_open == 1);
    CHECK(counters.connections_total == 1);
}

TEST_CASE("behind a trusted proxy each request has an address of its own") {
    ServerOptions options;
    const std::string headers = "Host: a\r\nX-Forwarded-For: 1.2.3.4, 203.0.113.9\r\n\r\n";
    SECTION("trusted") {
        options.trusted_proxies = IpNetwork::parse_list("127.0.0.0/8").value();
        TestServer server(echo_routes, options);
        auto socket = RawSocket::to_port(server.port);
        socket.send("GET /echo HTTP/1.1\r\n" + headers);
        CHECK(socket.response().header("X-Remote") == "203.0.113.9");
        socket.send("GET /echo HTTP/1.1\r\nHost: a\r\n\r\n");
        CHECK(socket.response().header("X-Remote") == "127.0.0.1");
    }
    SECTION("not trusted") {
        TestServer server(echo_routes, options);
        auto socket = RawSocket::to_port(server.port);
        socket.send("GET /echo HTTP/1.1\r\n" + headers);
        CHECK(socket.response().header("X-Remote") == "127.0.0.1");
    }
}

TEST_CASE("pipelined requests are answered in order, although the first handler is the slowest") {
    std::mutex mutex;
    std::vector<Responder> held;
    TestServer server([&](Router& router) {
        echo_routes(router);
        router.add("GET", "/slow", [&](Request, Responder respond) {
            std::lock_guard lock(mutex);
            held.push_back(std::move(respond));
        });
    });
    auto socket = RawSocket::to_port(server.port);
    socket.send("GET /slow HTTP/1.1\r\nHost: a\r\n\r\n" + post("one") + post("two") +
                "GET /echo?3 HTTP/1.1\r\nHost: a\r\n\r\n");
    REQUIRE(eventually([&] {
        std::lock_guard lock(mutex);
        return held.size() == 1;
    }));
    held[0](Response::text(200, "slow"));  // from this thread, not the loop's
    CHECK(socket.response().body == "slow");
    CHECK(socket.response().body == "POST /echo||one");
    CHECK(socket.response().body == "POST /echo||two");
    CHECK(socket.response().body == "GET /echo|3|");
}

TEST_CASE("a request may arrive byte by byte") {
    TestServer server(echo_routes);
    auto socket = RawSocket::to_port(server.port);
    for (char c : post("bytes")) {
        socket.send(std::string_view(&c, 1));
        std::this_thread::yield();
    }
    CHECK(socket.response().body == "POST /echo||bytes");
}

TEST_CASE("chunked bodies are put together; extensions are ignored") {
    TestServer server(echo_routes);
    auto socket = RawSocket::to_port(server.port);
    std::string head = "POST /echo HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n";
    socket.send(head + "5\r\nhello\r\n1;x=\"y\"\r\n,\r\n000A;z\r\n 0123456 8\r\n0\r\n\r\n" + post("next"));
    CHECK(socket.response().body == "POST /echo||hello, 0123456 8");
    CHECK(socket.response().body == "POST /echo||next");
    socket.send(head + "FFF\r\n" + std::string(0xfff, 'x') + "\r\n0\r\n\r\n");
    CHECK(socket.response().body.size() == 0xfff + 12);
}

TEST_CASE("large bodies go both ways") {
    TestServer server([](Router& router) {
        RouteLimits limits;
        limits.max_body = 8 << 20;
        router.add(
            "POST", "/echo", [](Request request, Responder respond) { respond(Response::text(200, request.body)); },
            limits);
    });
    auto socket = RawSocket::to_port(server.port);
    std::string body(5'000'000, 'x');
    for (std::size_t i = 0; i < body.size(); i += 997) body[i] = static_cast<char>(i);
    std::thread sender([&] { socket.send(post(body)); });
    sender.join();
    auto response = socket.response();
    CHECK(response.status == 200);
    CHECK((response.body == body));
}

TEST_CASE("Expect: 100-continue is answered when the body is wanted, and with the refusal when not") {
    TestServer server([](Router& router) {
        RouteLimits limits;
        limits.max_body = 10;
        router.add("POST", "/echo", echo, limits);
    });
    std::string expect = "Expect: 100-continue\r\n";
    SECTION("wanted") {
        auto socket = RawSocket::to_port(server.port);
        socket.send("POST /echo HTTP/1.1\r\nHost: a\r\n" + expect + "Content-Length: 3\r\n\r\n");
        CHECK(socket.read_until("\r\n\r\n") == "HTTP/1.1 100 Continue\r\n\r\n");
        socket.send("abc");
        CHECK(socket.response().body == "POST /echo||abc");
    }
    SECTION("the body is there already: no need to say so") {
        auto socket = RawSocket::to_port(server.port);
        socket.send("POST /echo HTTP/1.1\r\nHost: a\r\n" + expect + "Content-Length: 3\r\n\r\nabc");
        CHECK(socket.response().status == 200);
    }
    SECTION("too large") {
        auto socket = RawSocket::to_port(server.port);
        socket.send("POST /echo HTTP/1.1\r\nHost: a\r\n" + expect + "Content-Length: 11\r\n\r\n");
        auto response = socket.response();
        CHECK(response.status == 413);
        CHECK(response.header("Connection") == "close");
        CHECK(socket.closed_within(5000));
    }
    SECTION("nothing there") {
        auto socket = RawSocket::to_port(server.port);
        socket.send("POST /x HTTP/1.1\r\nHost: a\r\n" + expect + "Content-Length: 1\r\n\r\n");
        CHECK(socket.response().status == 404);
        CHECK(socket.closed_within(5000));
    }
    SECTION("something else is expected") {
        auto socket = RawSocket::to_port(server.port);
        socket.send("POST /echo HTTP/1.1\r\nHost: a\r\nExpect: magic\r\nContent-Length: 1\r\n\r\n");
        CHECK(socket.response().status == 417);
    }
}

TEST_CASE("HEAD, 404 and 405") {
    TestServer server(echo_routes);
    auto socket = RawSocket::to_port(server.port);
    socket.send("HEAD /echo HTTP/1.1\r\nHost: a\r\n\r\n");
    auto head = socket.response(true);
    CHECK(head.status == 200);
    CHECK(head.header("Content-Length") == std::to_string(std::string("HEAD /echo||").size()));
    socket.send("GET /nothing HTTP/1.1\r\nHost: a\r\n\r\n");
    auto missing = socket.response();
    CHECK(missing.status == 404);
    CHECK(missing.body == R"({"error":{"code":"not_found","message":"there is nothing under this address"}})");
    socket.send("DELETE /echo HTTP/1.1\r\nHost: a\r\n\r\n");
    auto wrong = socket.response();
    CHECK(wrong.status == 405);
    CHECK(wrong.header("Allow") == "GET, HEAD, POST");
    socket.send("HEAD /nothing HTTP/1.1\r\nHost: a\r\n\r\n");
    CHECK(socket.response(true).status == 404);
    socket.send("GET /echo HTTP/1.1\r\nHost: a\r\n\r\n");
    CHECK(socket.response().status == 200);  // the connection has outlived them all
    for (const auto* target : {"/%", "/%00", "/a/../b", "/%2e%2e/"}) {
        auto bad = RawSocket::to_port(server.port);
        bad.send("GET " + std::string(target) + " HTTP/1.1\r\nHost: a\r\n\r\n");
        CHECK(bad.response().status == 400);
        CHECK(bad.closed_within(5000));
    }
}

TEST_CASE("HTTP/1.0 and Connection: close end the connection after the answer") {
    TestServer server(echo_routes);
    for (const auto* head : {"GET /echo HTTP/1.0\r\n\r\n", "GET /echo HTTP/1.0\r\nConnection: keep-alive\r\n\r\n",
                             "GET /echo HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n"}) {
        auto socket = RawSocket::to_port(server.port);
        socket.send(head);
        auto response = socket.response();
        CHECK(response.status == 200);
        CHECK(response.header("Connection") == "close");
        CHECK(socket.closed_within(5000));
    }
}

TEST_CASE("handlers that fail are answered for") {
    TestServer server([](Router& router) {
        router.add("GET", "/throws", [](Request, Responder) { throw std::runtime_error("secret detail"); });
        router.add("GET", "/forgets", [](Request, Responder) {});
        router.add("GET", "/injects", [](Request request, Responder respond) {
            auto response = Response::text(200, "");
            response.headers.set("X-Echo", *request.query_value("x"));
            respond(std::move(response));
        });
    });
    auto socket = RawSocket::to_port(server.port);
    for (const auto* path : {"/throws", "/forgets", "/injects?x=a%0d%0aSet-Cookie:%20evil=1"}) {
        INFO(path);
        socket.send("GET " + std::string(path) + " HTTP/1.1\r\nHost: a\r\n\r\n");
        auto response = socket.response();
        CHECK(response.status == 500);
        CHECK(response.body.find("secret") == std::string::npos);
        CHECK(response.header("Set-Cookie").empty());
    }
}

TEST_CASE("a handler that takes too long is answered for with 503, and its late answer is dropped") {
    std::vector<Responder> held;
    TestServer server([&](Router& router) {
        echo_routes(router);
        RouteLimits limits;
        limits.deadline_ms = 50;
        router.add(
            "GET", "/never", [&](Request, Responder respond) { held.push_back(std::move(respond)); }, limits);
    });
    auto socket = RawSocket::to_port(server.port);
    socket.send("GET /never HTTP/1.1\r\nHost: a\r\n\r\nGET /echo HTTP/1.1\r\nHost: a\r\n\r\n");
    CHECK(socket.response().status == 503);
    CHECK(socket.response().status == 200);
    server.on_loop([&] {
        REQUIRE(held.size() == 1);
        held[0](Response::text(200, "too late"));
    });
    socket.send("GET /echo?again HTTP/1.1\r\nHost: a\r\n\r\n");
    CHECK(socket.response().body == "GET /echo|again|");
    CHECK(server.server->counters().timeouts == 1);
}

TEST_CASE("many threads answer many connections") {
    std::mutex mutex;
    std::vector<std::thread> workers;
    TestServer server([&](Router& router) {
        router.add("POST", "/job", [&](Request request, Responder respond) {
            std::lock_guard lock(mutex);
            workers.emplace_back([body = std::move(request.body), respond = std::move(respond)]() mutable {
                respond(Response::text(200, body));
            });
        });
    });
    std::vector<RawSocket> sockets;
    for (int i = 0; i < 100; ++i) {
        sockets.push_back(RawSocket::to_port(server.port));
        auto body = std::to_string(i);
        sockets.back().send("POST /job HTTP/1.1\r\nHost: a\r\nContent-Length: " + std::to_string(body.size()) +
                            "\r\n\r\n" + body);
    }
    for (int i = 0; i < 100; ++i) CHECK(sockets[i].response().body == std::to_string(i));
    std::lock_guard lock(mutex);
    for (auto& worker : workers) worker.join();
}

TEST_CASE("a client that leaves while its request is handled harms nobody") {
    std::vector<Responder> held;
    TestServer server([&](Router& router) {
        echo_routes(router);
        router.add("GET", "/hold", [&](Request, Responder respond) { held.push_back(std::move(respond)); });
    });
    for (bool reset : {false, true}) {
        auto socket = RawSocket::to_port(server.port);
        socket.send("GET /hold HTTP/1.1\r\nHost: a\r\n\r\n");
        REQUIRE(eventually([&] {
            std::size_t waiting = 0;
            server.on_loop([&] { waiting = held.size(); });
            return waiting == 1;
        }));
        if (reset) socket.reset();
        auto gone = std::move(socket);
        server.on_loop([&] {
            held[0](Response::text(200, std::string(1 << 20, 'x')));
            held.clear();
        });
    }
    CHECK(eventually([&] { return server.server->counters().connections_open == 0; }));
}
