// Peers that do not read, do not answer or say nothing.
#include "fixtures.hpp"
#include "net/websocket.hpp"
#include "websocket_client.hpp"

using namespace parley;
using namespace parley::test;

namespace {

// Accepts every socket and keeps it for the test.
struct Sockets {
    net::WebSocketLimits limits;
    net::ServerOptions options;
    std::vector<std::shared_ptr<net::WebSocket>> open;  // [I/O thread]
    std::vector<int> closed;
    std::unique_ptr<TestServer> server;

    ~Sockets() {
        server->on_loop([&] {
            server->server.reset();
            open.clear();
        });
    }
    void start() {
        server = std::make_unique<TestServer>(
            [this](net::Router& router) {
                router.add_websocket("/ws", [this](net::Request, std::unique_ptr<net::Upgrade> upgrade) {
                    upgrade->accept(limits, [this](std::shared_ptr<net::WebSocket> socket) {
                        socket->on_close = [this](std::uint16_t code) { closed.push_back(code); };
                        open.push_back(std::move(socket));
                    });
                });
            },
            options);
    }
    WebSocketClient connect() {
        auto before = count();
        auto client = WebSocketClient::to_port(server->port);
        REQUIRE(eventually([&] { return count() == before + 1; }));
        return client;
    }
    std::size_t count() {
        std::size_t out = 0;
        server->on_loop([&] { out = open.size(); });
        return out;
    }
    bool closed_with(int code) {
        return eventually([&] {
            bool there = false;
            server->on_loop([&] { there = closed == std::vector{code}; });
            return there;
        });
    }
};

}  // namespace

TEST_CASE("a slow reader is closed with 1013 and costs the others nothing", "[websocket]") {
    Sockets it;
    it.limits.max_queue = 50;
    it.start();
    auto slow = it.connect();
    auto quick = it.connect();
    auto text = std::make_shared<const std::string>(20'000, 'z');
    int sent = 0;
    bool cut = false;
    while (!cut && sent < 5000) {
        it.server->on_loop([&] {
            for (auto& socket : it.open) socket->send(text);
            CHECK(it.open[0]->queued() <= it.limits.max_queue + 1);
            cut = it.server->server->counters().websockets_slow == 1;
        });
        ++sent;
        CHECK(quick.read().payload.size() == text->size());
    }
    REQUIRE(cut);
    CHECK(it.closed_with(1013));
    quick.text("still here");
    it.server->on_loop([&] { it.open[1]->send(text); });
    CHECK(quick.read().opcode == 1);
    CHECK(it.server->server->counters().websockets_open == 1);
}

TEST_CASE("a slow reader that wakes up reads why it was closed", "[websocket]") {
    Sockets it;
    it.limits.max_queue_bytes = 8 << 20;
    it.limits.max_queue = 20;
    it.start();
    auto slow = it.connect();
    auto text = std::make_shared<const std::string>(200'000, 'z');
    it.server->on_loop([&] {
        while (it.server->server->counters().websockets_slow == 0) it.open[0]->send(text);
    });
    CHECK(slow.read_to_close().close_code() == 1013);
}

TEST_CASE("the queue is bounded in bytes too", "[websocket]") {
    Sockets it;
    it.limits.max_queue_bytes = 100'000;
    it.start();
    auto client = it.connect();
    it.server->on_loop([&] {
        it.open[0]->send(std::make_shared<const std::string>(60'000, 'a'));
        CHECK(it.server->server->counters().websockets_slow == 0);
        it.open[0]->send(std::make_shared<const std::string>(60'000, 'b'));
        CHECK(it.server->server->counters().websockets_slow == 1);
    });
}

TEST_CASE("a peer that takes nothing is given up after the write timeout", "[websocket]") {
    Sockets it;
    it.options.write_timeout_ms = 300;
    it.limits.max_queue_bytes = 64 << 20;
    it.start();
    auto client = it.connect();
    it.server->on_loop([&] { it.open[0]->send(std::make_shared<const std::string>(32 << 20, 'a')); });
    CHECK(it.closed_with(1006));
    CHECK(it.server->server->counters().timeouts == 1);
}

TEST_CASE("an idle peer is pinged, and given up when it does not answer", "[websocket]") {
    Sockets it;
    it.limits.idle_timeout_ms = 400;
    it.start();
    SECTION("one that answers stays") {
        auto client = it.connect();
        int pings = 0;
        while (pings < 4) {
            auto frame = client.read(false);
            REQUIRE(frame.opcode == 9);
            client.send(10, frame.payload);
            ++pings;
        }
        CHECK(it.server->server->counters().websockets_open == 1);
    }
    SECTION("a half-open one goes") {
        auto client = it.connect();
        CHECK(it.closed_with(1006));
        CHECK(client.read(false).opcode == 9);
        CHECK(client.read(false).opcode == -1);
    }
}

TEST_CASE("sockets have a limit of their own and leave room for requests", "[websocket]") {
    Sockets it;
    it.options.max_websockets = 2;
    it.options.max_connections = 1;
    it.start();
    auto first = it.connect();
    {
        auto second = it.connect();
        auto third = WebSocketClient::to_port(it.server->port);
        CHECK(third.answer().status == 503);
        CHECK(third.answer().header("Retry-After") == "5");
        second.hang_up(1000);
    }
    REQUIRE(it.closed_with(1000));
    REQUIRE(eventually([&] { return it.server->server->counters().connections_open == 1; }));
    CHECK(WebSocketClient::to_port(it.server->port).answer().status == 101);
}

TEST_CASE("sending on a closed socket is nothing", "[websocket]") {
    Sockets it;
    it.start();
    auto client = it.connect();
    client.hang_up(1000);
    REQUIRE(it.closed_with(1000));
    it.server->on_loop([&] {
        it.open[0]->send(std::make_shared<const std::string>("x"));
        it.open[0]->close(1000, "again");
        CHECK(it.open[0]->queued() == 0);
        CHECK(it.closed.size() == 1);
    });
}
