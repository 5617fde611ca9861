// What goes over an open WebSocket, and how it ends.
#include "net/websocket.hpp"
#include "fixtures.hpp"
#include "websocket_client.hpp"

using namespace parley;
using namespace parley::test;

namespace {

std::shared_ptr<const std::string> shared(std::string text) {
    return std::make_shared<const std::string>(std::move(text));
}

// Echoes, and remembers the code of each close. "close <code>" closes, "throw" throws.
struct Echo {
    net::WebSocketLimits limits;
    std::vector<int> closed;  // [I/O thread]
    std::vector<std::shared_ptr<net::WebSocket>> open;

    void operator()(net::Request, std::unique_ptr<net::Upgrade> upgrade) {
        upgrade->accept(limits, [this](std::shared_ptr<net::WebSocket> socket) {
            open.push_back(socket);
            socket->on_message = [peer = std::weak_ptr(socket)](std::string text) {
                if (text == "throw") throw std::runtime_error("told to");
                auto to = peer.lock();
                to->send(shared(text));
                if (text.starts_with("close ")) {
                    to->close(static_cast<std::uint16_t>(std::stoi(text.substr(6))), "as you wish");
                    to->send(shared("never sent"));
                }
            };
            socket->on_close = [this, which = socket.get()](std::uint16_t code) {
                closed.push_back(code);
                std::erase_if(open, [&](const auto& kept) { return kept.get() == which; });
            };
        });
    }
};

struct EchoServer {
    Echo echo;
    TestServer server{[this](net::Router& router) { router.add_websocket("/ws", std::ref(echo)); }};

    ~EchoServer() {
        server.on_loop([&] { server.server.reset(); });
    }
    WebSocketClient connect() { return WebSocketClient::to_port(server.port); }
    // The codes of the closes so far, once there are `count`.
    std::vector<int> closed(std::size_t count) {
        std::vector<int> out;
        eventually([&] {
            server.on_loop([&] { out = echo.closed; });
            return out.size() >= count;
        });
        return out;
    }
};

}  // namespace

TEST_CASE("text comes and goes in any size that is allowed", "[websocket]") {
    EchoServer it;
    auto client = it.connect();
    for (std::size_t size : {0, 1, 125, 126, 255, 256, 257, 4096, 65535, 65536}) {
        CAPTURE(size);
        std::string text(size, 'x');
        client.text(text);
        auto frame = client.read();
        CHECK(frame.opcode == 1);
        CHECK(frame.fin);
        CHECK(frame.payload == text);
    }
}

TEST_CASE("messages in pieces are put together, with pings between them", "[websocket]") {
    EchoServer it;
    auto client = it.connect();
    client.send(1, "Grü", false);
    client.send(9, "still there?");
    client.send(0, "", false);
    client.send(0, "\xc3", false);  // half a character
    client.send(0, "\x9f", false);
    client.send(0, "e");
    auto pong = client.read();
    CHECK(pong.opcode == 10);
    CHECK(pong.payload == "still there?");
    CHECK(client.read().payload ==
          "Grü\xc3\x9f"
          "e");

    // One byte of the stream at a time.
    for (char byte : client_frame(1, "slowly")) client.raw().send({&byte, 1});
    CHECK(client.read().payload == "slowly");

    // Many in one packet.
    std::string many;
    for (int i = 0; i < 100; ++i) many += client_frame(1, std::to_string(i));
    client.raw().send(many);
    for (int i = 0; i < 100; ++i) CHECK(client.read().payload == std::to_string(i));
}

TEST_CASE("what is wrong closes with the code for it", "[websocket]") {
    struct Case {
        const char* what;
        std::string bytes;
        int code;
    };
    const std::string big(65537, 'x');
    auto test = GENERATE_REF(values<Case>({
        {"binary", client_frame(2, "abc"), 1003},
        {"no UTF-8", client_frame(1, "a\xff"), 1007},
        {"a surrogate", client_frame(1, "\xed\xa0\x80"), 1007},
        {"an overlong form", client_frame(1, "\xc0\xaf"), 1007},
        {"half a character at the end", client_frame(1, "a\xc3"), 1007},
        {"no UTF-8 in a later piece", client_frame(1, "a", false) + client_frame(0, "\xff", false), 1007},
        {"too large", client_frame(1, big), 1009},
        {"too large in pieces", client_frame(1, std::string(65536, 'x'), false) + client_frame(0, "x"), 1009},
        {"a continuation of nothing", client_frame(0, "x"), 1002},
        {"a new message within one", client_frame(1, "x", false) + client_frame(1, "y"), 1002},
        {"an unknown opcode", client_frame(3, "x"), 1002},
        {"an unknown control opcode", client_frame(11, "x"), 1002},
        {"a reserved bit (compression was not agreed)", client_frame(1, "x", true, 0x40), 1002},
        {"a ping in pieces", client_frame(9, "x", false), 1002},
        {"a ping of 126 bytes", client_frame(9, std::string(126, 'x')), 1002},
        {"no mask", std::string("\x81\x01x"), 1002},
        {"a close frame of one byte", client_frame(8, "\x03"), 1002},
        {"a close code that is none", client_frame(8, close_payload(999)), 1002},
        {"a close code that stands for none", client_frame(8, close_payload(1005)), 1002},
        {"a reason that is no UTF-8", client_frame(8, close_payload(1000, "\xff")), 1002},
    }));
    CAPTURE(test.what);
    EchoServer it;
    auto client = it.connect();
    client.raw().send(test.bytes);
    auto frame = client.read_to_close();
    CHECK(frame.close_code() == test.code);
    client.hang_up(test.code);
    CHECK(it.closed(1) == std::vector{test.code});
}

TEST_CASE("either side may close", "[websocket]") {
    EchoServer it;
    SECTION("the peer, with a code and a reason") {
        auto client = it.connect();
        client.close(4001, "gone fishing");
        CHECK(client.read().close_code() == 4001);
        client.hang_up();
        CHECK(it.closed(1) == std::vector{4001});
    }
    SECTION("the peer, without a code") {
        auto client = it.connect();
        client.send(8, "");
        CHECK(client.read().opcode == 8);
        client.hang_up();
        CHECK(it.closed(1) == std::vector{1005});
    }
    SECTION("the peer, without a word") {
        { auto client = it.connect(); }
        CHECK(it.closed(1) == std::vector{1006});
        auto client = it.connect();
        client.raw().reset();
        CHECK(it.closed(2) == std::vector{1006, 1006});
    }
    SECTION("the host, after what it sent before") {
        auto client = it.connect();
        client.text("close 4401");
        CHECK(client.read().payload == "close 4401");
        auto frame = client.read();
        CHECK(frame.close_code() == 4401);
        CHECK(frame.payload.substr(2) == "as you wish");
        client.text("not delivered any more");
        client.hang_up(4401);
        CHECK(it.closed(1) == std::vector{4401});
    }
    SECTION("the host, because a callback threw") {
        auto client = it.connect();
        client.text("throw");
        CHECK(client.read().close_code() == 1011);
        client.hang_up(1011);
        CHECK(it.closed(1) == std::vector{1011});
    }
    SECTION("the host, and the peer does not answer") {
        auto client = it.connect();
        client.text("close 1008");
        CHECK(it.closed(1) == std::vector{1008});  // after the five seconds it has
        CHECK(client.read().payload == "close 1008");
        CHECK(client.read().close_code() == 1008);
        CHECK(client.raw().closed_within(5000));
    }
}

TEST_CASE("one text goes to many sockets without a copy", "[websocket]") {
    EchoServer it;
    std::vector<WebSocketClient> clients;
    for (int i = 0; i < 20; ++i) {
        clients.push_back(it.connect());
        clients.back().text("here");
        CHECK(clients.back().read().payload == "here");
    }
    auto text = shared(std::string(30'000, 'y'));
    it.server.on_loop([&] {
        for (auto& socket : it.echo.open) socket->send(text);
    });
    for (auto& client : clients) CHECK(client.read().payload == *text);
    CHECK(eventually([&] { return text.use_count() == 1; }));
    auto counters = it.server.server->counters();
    CHECK(counters.websockets_open == 20);
    CHECK(counters.websockets_total == 20);
    CHECK(counters.connections_open == 20);
    CHECK(eventually([&] { return it.server.server->counters().websocket_messages_out == 40; }));
}

TEST_CASE("a stopping server closes its sockets with 1001 and is done when they are gone", "[websocket]") {
    EchoServer it;
    auto polite = it.connect();
    auto another = it.connect();
    std::promise<void> done;
    auto start = std::chrono::steady_clock::now();
    it.server.on_loop([&] { it.server.server->stop(15'000, [&] { done.set_value(); }); });
    for (auto* client : {&polite, &another}) {
        CHECK(client->read().close_code() == 1001);
        client->hang_up(1001);
    }
    REQUIRE(done.get_future().wait_for(20s) == std::future_status::ready);
    CHECK(std::chrono::steady_clock::now() - start < 10s);
    CHECK(it.closed(2) == std::vector{1001, 1001});
}

TEST_CASE("a stopping server waits no longer than it was told", "[websocket]") {
    EchoServer it;
    auto mute = it.connect();
    std::promise<void> done;
    it.server.on_loop([&] { it.server.server->stop(200, [&] { done.set_value(); }); });
    REQUIRE(done.get_future().wait_for(4s) == std::future_status::ready);
    CHECK(it.closed(1) == std::vector{1001});
}

TEST_CASE("no callback comes after the server is gone", "[websocket]") {
    EchoServer it;
    auto client = it.connect();
    client.text("x");
    CHECK(client.read().payload == "x");
    it.server.on_loop([&] {
        it.server.server.reset();
        CHECK(it.echo.closed == std::vector{1006});
        CHECK(it.echo.open.empty());
    });
}
