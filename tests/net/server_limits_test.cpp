#include <catch2/catch.hpp>

#include "net/fixtures.hpp"
#include "net/raw_socket.hpp"

using namespace parley;
using namespace parley::net;
using namespace parley::test;

namespace {

void small_routes(Router& router) {
    RouteLimits limits;
    limits.max_body = 1000;
    router.add(
        "POST", "/small", [](Request request, Responder respond) { respond(Response::text(200, request.body)); },
        limits);
    router.add("GET", "/", [](Request, Responder respond) { respond(Response::text(200, "")); });
    router.add("GET", "/big",
               [](Request, Responder respond) { respond(Response::text(200, std::string(32 << 20, 'x'))); });
}

ServerOptions quick() {
    ServerOptions options;
    options.header_timeout_ms = 100;
    options.body_timeout_ms = 150;
    options.idle_timeout_ms = 200;
    options.write_timeout_ms = 100;
    return options;
}

const std::string chunked_head = "POST /small HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n";
const std::string get = "GET / HTTP/1.1\r\nHost: a\r\n\r\n";

}  // namespace

TEST_CASE("bodies over the route's limit are answered 413 and the connection closes") {
    TestServer server(small_routes);
    auto socket = RawSocket::to_port(server.port);
    SECTION("said in the head") {
        socket.send("POST /small HTTP/1.1\r\nHost: a\r\nContent-Length: 1001\r\n\r\n" + std::string(1001, 'x'));
    }
    SECTION("said in the head, a client that sends far more") {
        socket.send("POST /small HTTP/1.1\r\nHost: a\r\nContent-Length: 9999999999\r\n\r\n" +
                    std::string(500'000, 'x'));
    }
    SECTION("in chunks") {
        socket.send(chunked_head + "1f4\r\n" + std::string(500, 'x') + "\r\n1f5\r\n" + std::string(501, 'x') +
                    "\r\n0\r\n\r\n");
    }
    SECTION("in one chunk") {
        socket.send(chunked_head + "FFFFFFFFFFFFFFF\r\nxx");
    }
    CHECK(socket.response().status == 413);
    CHECK(socket.closed_within(5000));
}

TEST_CASE("a body of exactly the limit is taken") {
    TestServer server(small_routes);
    auto socket = RawSocket::to_port(server.port);
    socket.send("POST /small HTTP/1.1\r\nHost: a\r\nContent-Length: 1000\r\n\r\n" + std::string(1000, 'x'));
    CHECK(socket.response().body.size() == 1000);
    socket.send(chunked_head + "3e8\r\n" + std::string(1000, 'x') + "\r\n0\r\n\r\n");
    CHECK(socket.response().body.size() == 1000);
}

TEST_CASE("no more bodies are held than the host can bear") {
    std::vector<Responder> held;
    ServerOptions options;
    options.max_held_bytes = 300'000;
    TestServer server(
        [&](Router& router) {
            router.add("POST", "/hold", [&](Request, Responder respond) { held.push_back(std::move(respond)); });
            router.add("POST", "/echo",
                       [](Request request, Responder respond) { respond(Response::text(200, request.body)); });
        },
        options);
    auto post = [](const std::string& path, std::size_t size) {
        return "POST " + path + " HTTP/1.1\r\nHost: a\r\nContent-Length: " + std::to_string(size) + "\r\n\r\n" +
               std::string(size, 'x');
    };
    auto first = RawSocket::to_port(server.port);
    first.send(post("/hold", 200'000));
    REQUIRE(eventually([&] {
        bool there = false;
        server.on_loop([&] { there = held.size() == 1; });
        return there;
    }));
    auto large = RawSocket::to_port(server.port);
    large.send(post("/echo", 200'000));
    auto refused = large.response();
    CHECK(refused.status == 503);
    CHECK(refused.header("Retry-After") == "5");
    CHECK(large.closed_within(5000));
    auto small = RawSocket::to_port(server.port);
    small.send(post("/echo", 60'000));
    CHECK(small.response().status == 200);
    // There is room again when the first has its answer.
    server.on_loop([&] { held[0](Response::text(200, "")); });
    CHECK(first.response().status == 200);
    auto next = RawSocket::to_port(server.port);
    next.send(post("/echo", 200'000));
    CHECK(next.response().body.size() == 200'000);
}

TEST_CASE("heads over the limits are answered 431") {
    ServerOptions options;
    options.max_header_bytes = 2000;
    options.max_header_fields = 10;
    TestServer server(small_routes, options);
    auto socket = RawSocket::to_port(server.port);
    std::string start = "GET / HTTP/1.1\r\nHost: a\r\n";
    SECTION("one long line") {
        socket.send(start + "X: " + std::string(5000, 'x'));
    }
    SECTION("a whole head that is too long") {
        socket.send(start + "X: " + std::string(2000, 'x') + "\r\n\r\n");
    }
    SECTION("a long target") {
        socket.send("GET /" + std::string(100'000, 'x'));
    }
    SECTION("many fields") {
        for (int i = 0; i < 10; ++i) start += "X: y\r\n";
        socket.send(start + "\r\n");
    }
    CHECK(socket.response().status == 431);
    CHECK(socket.closed_within(5000));
    CHECK(server.server->counters().refused_malformed == 1);
}

TEST_CASE("chunk extensions and trailers cannot grow without end") {
    TestServer server(small_routes);
    auto socket = RawSocket::to_port(server.port);
    SECTION("an endless extension") {
        socket.send(chunked_head + "5;" + std::string(300'000, 'x'));
    }
    SECTION("an endless trailer") {
        socket.send(chunked_head + "0\r\nX: " + std::string(300'000, 'x'));
    }
    SECTION("extensions on each of many chunks") {
        std::string chunk = "1;" + std::string(1000, 'x') + "\r\nx\r\n", all = chunked_head;
        for (int i = 0; i < 500; ++i) all += chunk;
        socket.send(all);
    }
    CHECK(socket.response().status == 400);
    CHECK(socket.closed_within(5000));
}

TEST_CASE("slow clients are sent away") {
    TestServer server(small_routes, quick());
    auto socket = RawSocket::to_port(server.port);
    SECTION("nothing at all: closed without a word") {
        CHECK(socket.closed_within(5000));
        CHECK(server.server->counters().timeouts == 0);
    }
    SECTION("idle between requests: closed without a word") {
        socket.send(get);
        CHECK(socket.response().status == 200);
        CHECK(socket.closed_within(5000));
    }
    SECTION("a head that does not end") {
        std::thread dripping([&] {
            for (char c :
                 std::string("GET / HTTP/1.1\r\nHost: a\r\nX: aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa")) {
                socket.send(std::string_view(&c, 1));
                std::this_thread::sleep_for(5ms);
            }
        });
        dripping.join();
        CHECK(socket.response().status == 408);
        CHECK(socket.closed_within(5000));
        CHECK(server.server->counters().timeouts == 1);
    }
    SECTION("a body that does not come") {
        socket.send("POST /small HTTP/1.1\r\nHost: a\r\nContent-Length: 10\r\n\r\nabc");
        CHECK(socket.response().status == 408);
        CHECK(socket.closed_within(5000));
        CHECK(server.server->counters().timeouts == 1);
    }
    SECTION("a chunk that does not come") {
        socket.send(chunked_head + "5\r\nab");
        CHECK(socket.response().status == 408);
    }
    SECTION("an answer that is not read") {
        socket.send("GET /big HTTP/1.1\r\nHost: a\r\n\r\n");
        CHECK(eventually([&] { return server.server->counters().timeouts == 1; }));
        CHECK(eventually([&] { return server.server->counters().connections_open == 0; }));
    }
}

TEST_CASE("a body slower than 1 KiB/s is given up before its timeout") {
    auto options = quick();
    options.body_timeout_ms = 3000;
    TestServer server(small_routes, options);
    auto socket = RawSocket::to_port(server.port);
    auto started = std::chrono::steady_clock::now();
    socket.send("POST /small HTTP/1.1\r\nHost: a\r\nContent-Length: 900\r\n\r\nabc");
    CHECK(socket.response().status == 408);
    CHECK(std::chrono::steady_clock::now() - started < 2500ms);
}

TEST_CASE("connections over the limit are answered 503, and there is room again when one ends") {
    ServerOptions options;
    SECTION("in all") {
        options.max_connections = 2;
    }
    SECTION("for one address") {
        options.max_connections_per_ip = 2;
    }
    TestServer server(small_routes, options);
    auto first = RawSocket::to_port(server.port);
    first.send(get);
    CHECK(first.response().status == 200);
    {
        auto second = RawSocket::to_port(server.port);
        second.send(get);
        CHECK(second.response().status == 200);
        auto third = RawSocket::to_port(server.port);
        third.send(get);
        CHECK(third.response().status == 503);
        CHECK(third.closed_within(5000));
        CHECK(server.server->counters().refused_full == 1);
    }
    CHECK(eventually([&] { return server.server->counters().connections_open == 1; }));
    auto next = RawSocket::to_port(server.port);
    next.send(get);
    CHECK(next.response().status == 200);
}
