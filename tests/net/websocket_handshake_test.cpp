// Who may open a WebSocket and who is told why not.
#include "fixtures.hpp"
#include "net/websocket.hpp"
#include "websocket_client.hpp"

using namespace parley;
using namespace parley::test;

namespace {

void accept(net::Request, std::unique_ptr<net::Upgrade> upgrade) {
    upgrade->accept({}, [](std::shared_ptr<net::WebSocket> socket) {
        auto hello = std::make_shared<const std::string>("hello");
        socket->send(hello);
    });
}

int answer_to(std::uint16_t port, const std::string& lines) {
    auto socket = RawSocket::to_port(port);
    socket.send("GET /ws HTTP/1.1\r\nHost: chat.example.org\r\n" + lines + "\r\n");
    return socket.response().status;
}

const std::string asks = "Upgrade: websocket\r\nConnection: keep-alive, Upgrade\r\n";
const std::string version = "Sec-WebSocket-Version: 13\r\n";
const std::string key = "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n";

}  // namespace

TEST_CASE("a handshake is accepted as RFC 6455 has it", "[websocket]") {
    TestServer server([](net::Router& router) { router.add_websocket("/ws", accept); });
    auto client = WebSocketClient::to_port(server.port);
    REQUIRE(client.answer().status == 101);
    CHECK(client.answer().header("Sec-WebSocket-Accept") == "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=");  // RFC 6455, 1.3
    CHECK(client.answer().header("Sec-WebSocket-Protocol").empty());
    CHECK(client.answer().header("Sec-WebSocket-Extensions").empty());
    CHECK(client.read().payload == "hello");
}

TEST_CASE("malformed handshakes are refused as plain HTTP", "[websocket]") {
    TestServer server([](net::Router& router) { router.add_websocket("/ws", accept); });
    auto port = server.port;
    CHECK(answer_to(port, asks + version + key) == 101);
    CHECK(answer_to(port, asks + key) == 426);
    CHECK(answer_to(port, asks + key + "Sec-WebSocket-Version: 8\r\n") == 426);
    CHECK(answer_to(port, asks + version) == 400);
    CHECK(answer_to(port, asks + version + key + key) == 400);
    CHECK(answer_to(port, asks + version + "Sec-WebSocket-Key: short==\r\n") == 400);
    CHECK(answer_to(port, asks + version + "Sec-WebSocket-Key: !!hlIHNhbXBsZSBub25jZQ==\r\n") == 400);
    CHECK(answer_to(port, asks + version + key + "Sec-WebSocket-Protocol: a b\r\n") == 400);
    CHECK(answer_to(port, asks + version + key + "Content-Length: 1\r\n") == 400);
    CHECK(answer_to(port, asks + version + key + "Transfer-Encoding: chunked\r\n") == 400);
    CHECK(answer_to(port, "Upgrade: websocket\r\n" + version + key) == 426);  // not asked for hop by hop
    CHECK(answer_to(port, "") == 426);
}

TEST_CASE("frames before the answer are refused", "[websocket]") {
    TestServer server([](net::Router& router) { router.add_websocket("/ws", accept); });
    auto socket = RawSocket::to_port(server.port);
    socket.send("GET /ws HTTP/1.1\r\nHost: a\r\n" + asks + version + key + "\r\n" + client_frame(1, "early"));
    CHECK(socket.response().status == 400);
    CHECK(socket.closed_within(5000));
}

TEST_CASE("426 says what to upgrade to", "[websocket]") {
    TestServer server([](net::Router& router) { router.add_websocket("/ws", accept); });
    auto socket = RawSocket::to_port(server.port);
    socket.send("GET /ws HTTP/1.1\r\nHost: a\r\n\r\n");
    auto answer = socket.response();
    CHECK(answer.status == 426);
    CHECK(answer.header("Upgrade") == "websocket");
    CHECK(answer.header("Connection") == "upgrade");
}

TEST_CASE("a GET may live beside a WebSocket", "[websocket]") {
    TestServer server([](net::Router& router) {
        router.add_websocket("/ws", accept);
        router.add("GET", "/ws",
                   [](net::Request, net::Responder respond) { respond(net::Response::text(200, "plain")); });
    });
    CHECK(answer_to(server.port, "") == 200);
    CHECK(answer_to(server.port, asks + version + key) == 101);
    auto socket = RawSocket::to_port(server.port);
    socket.send("POST /ws HTTP/1.1\r\nHost: a\r\nContent-Length: 0\r\n\r\n");
    auto answer = socket.response();
    CHECK(answer.status == 405);
    CHECK(answer.header("Allow") == "GET, HEAD");
}

TEST_CASE("pages of other sites may not connect", "[websocket][security]") {
    net::ServerOptions options;
    options.allowed_origins = {"https://app.example.net"};
    TestServer server([](net::Router& router) { router.add_websocket("/ws", accept); }, options);
    auto from = [&](const std::string& origin) {
        return answer_to(server.port, asks + version + key + "Origin: " + origin + "\r\n");
    };
    CHECK(from("https://chat.example.org") == 101);
    CHECK(from("http://chat.example.org") == 101);
    CHECK(from("https://app.example.net") == 101);
    for (const auto* origin :
         {"null", "https://evil.example", "https://chat.example.org.evil.example", "https://evilchat.example.org",
          "http://app.example.net", "https://app.example.net:8443", "https://chat.example.org:444", "chat.example.org",
          "https://sub.app.example.net", "file://chat.example.org", ""}) {
        CAPTURE(origin);
        CHECK(from(origin) == 403);
    }
    CHECK(answer_to(server.port, asks + version + key +
                                     "Origin: https://chat.example.org\r\nOrigin: https://evil.example\r\n") == 403);
    CHECK(answer_to(server.port, asks + version + key) == 101);  // no browser
}

TEST_CASE("the handler chooses one of the offered subprotocols", "[websocket]") {
    TestServer server([](net::Router& router) {
        router.add_websocket("/ws", [](net::Request request, std::unique_ptr<net::Upgrade> upgrade) {
            auto offered = net::offered_subprotocols(request);
            upgrade->subprotocol = offered.back();
            upgrade->accept({}, [](std::shared_ptr<net::WebSocket>) {});
        });
    });
    auto client = WebSocketClient::to_port(server.port, "/ws",
                                           "Sec-WebSocket-Protocol: bearer, x\r\nSec-WebSocket-Protocol: chat.2\r\n");
    CHECK(client.answer().header("Sec-WebSocket-Protocol") == "chat.2");
}

TEST_CASE("a handler may refuse, later, or forget", "[websocket]") {
    std::unique_ptr<net::Upgrade> kept;
    TestServer server([&](net::Router& router) {
        router.add_websocket("/later/{room}", [&](net::Request request, std::unique_ptr<net::Upgrade> upgrade) {
            CHECK(request.path_value("room") == "blue");
            kept = std::move(upgrade);
        });
        router.add_websocket("/forgets", [](net::Request, std::unique_ptr<net::Upgrade>) {});
        router.add_websocket("/throws",
                             [](net::Request, std::unique_ptr<net::Upgrade>) { throw std::runtime_error("no"); });
        net::RouteLimits quick;
        quick.deadline_ms = 50;
        router.add_websocket(
            "/slow", [&](net::Request, std::unique_ptr<net::Upgrade> upgrade) { kept = std::move(upgrade); }, quick);
    });
    CHECK(WebSocketClient::to_port(server.port, "/forgets").answer().status == 500);
    CHECK(WebSocketClient::to_port(server.port, "/throws").answer().status == 500);
    CHECK(WebSocketClient::to_port(server.port, "/slow").answer().status == 503);
    bool opened = false;
    server.on_loop([&] {
        kept->accept({}, [&](std::shared_ptr<net::WebSocket>) { opened = true; });
        kept.reset();
        CHECK_FALSE(opened);
    });

    std::thread decides([&] {
        bool there = false;
        eventually([&] {
            server.on_loop([&] { there = kept != nullptr; });
            return there;
        });
        server.on_loop([&] { std::exchange(kept, nullptr)->refuse(net::Response::problem(401, "login", "who?")); });
    });
    auto client = WebSocketClient::to_port(server.port, "/later/blue");
    decides.join();
    CHECK(client.answer().status == 401);
    // The connection is plain HTTP still.
    client.raw().send("GET /none HTTP/1.1\r\nHost: a\r\n\r\n");
    CHECK(client.raw().response().status == 404);
}
