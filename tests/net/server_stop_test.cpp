#include <catch2/catch.hpp>

#include "net/fixtures.hpp"
#include "net/raw_socket.hpp"

using namespace parley;
using namespace parley::net;
using namespace parley::test;

namespace {

// A server whose /hold keeps its responder.
struct HoldingServer {
    std::vector<Responder> held;
    std::atomic<int> holding{0};
    std::atomic<bool> stopped{false};
    TestServer server{[this](Router& router) {
        router.add("GET", "/", [](Request, Responder respond) { respond(Response::text(200, "")); });
        router.add("GET", "/hold", [this](Request, Responder respond) {
            held.push_back(std::move(respond));
            ++holding;
        });
    }};

    RawSocket hold() {
        auto socket = RawSocket::to_port(server.port);
        int before = holding;
        socket.send("GET /hold HTTP/1.1\r\nHost: a\r\n\r\n");
        REQUIRE(eventually([&] { return holding > before; }));
        return socket;
    }
    void stop(int deadline_ms) {
        server.on_loop([&] { server.server->stop(deadline_ms, [this] { stopped = true; }); });
    }
};

}  // namespace

TEST_CASE("stopping lets a request in flight finish and closes what is idle") {
    HoldingServer host;
    auto idle = RawSocket::to_port(host.server.port);
    idle.send("GET / HTTP/1.1\r\nHost: a\r\n\r\n");
    CHECK(idle.response().status == 200);
    auto busy = host.hold();
    host.stop(15'000);
    CHECK(idle.closed_within(5000));
    CHECK_FALSE(host.stopped);
    CHECK_THROWS(RawSocket::to_port(host.server.port));
    host.server.on_loop([&] { host.held[0](Response::text(200, "done")); });
    auto response = busy.response();
    CHECK(response.body == "done");
    CHECK(response.header("Connection") == "close");
    { auto leaving = std::move(busy); }
    CHECK(eventually([&] { return host.stopped.load(); }));
}

TEST_CASE("what does not finish in time is cut") {
    HoldingServer host;
    auto busy = host.hold();
    host.stop(50);
    CHECK(eventually([&] { return host.stopped.load(); }, 5s));
    CHECK(busy.response().status == 0);
    host.server.on_loop([&] { host.held[0](Response::text(200, "too late")); });
}

TEST_CASE("stopping an idle server is immediate, and reported from the loop") {
    HoldingServer host;
    host.stop(15'000);
    CHECK(eventually([&] { return host.stopped.load(); }, 2s));
}

TEST_CASE("a server may be destroyed with requests in flight; their responders stay harmless") {
    HoldingServer host;
    auto busy = host.hold();
    auto partial = RawSocket::to_port(host.server.port);
    partial.send("GET / HT");
    host.server.on_loop([&] { host.server.server.reset(); });
    CHECK(busy.response().status == 0);
    CHECK(partial.response().status == 0);
    std::thread other([&] { host.held[0](Response::text(200, "too late")); });
    other.join();
    host.server.on_loop([] {});
}

TEST_CASE("a loop may end with connections and requests open") {
    std::vector<Responder> held;
    auto responders = std::make_shared<std::vector<Responder>>();
    std::atomic<bool> holding{false};
    {
        Router router;
        router.add("GET", "/hold", [&, responders](Request, Responder respond) {
            responders->push_back(std::move(respond));
            holding = true;
        });
        LoopThread thread;
        std::uint16_t port = 0;
        std::unique_ptr<Server> server;
        thread.run([&] {
            server = std::make_unique<Server>(thread.loop, router, ServerOptions(), Logger());
            port = server->listen("127.0.0.1", 0).value();
        });
        auto idle = RawSocket::to_port(port);
        auto busy = RawSocket::to_port(port);
        busy.send("GET /hold HTTP/1.1\r\nHost: a\r\n\r\n");
        REQUIRE(eventually([&] { return holding.load(); }));
        thread.stop();
        server.reset();
        responders->clear();  // answers 500 to nobody
    }
    CHECK(holding);
}

TEST_CASE("ports that cannot be had are explained") {
    TestServer first([](Router&) {});
    first.on_loop([&] {
        auto taken = first.server->listen("127.0.0.1", first.port);
        REQUIRE_FALSE(taken.has_value());
        CHECK(taken.error().code == Errc::conflict);
        CHECK(taken.error().message.find("port " + std::to_string(first.port) + " is in use") == 0);
        CHECK(first.server->listen("no.such.host.invalid", 0).error().code == Errc::invalid);
        CHECK(first.server->listen("192.0.2.1", 0).error().code == Errc::invalid);
    });
}
