// What the client says when things go wrong: above all whether the peer may have acted on the request.
#include <arpa/inet.h>
#include <sys/socket.h>

#include <catch2/catch.hpp>

#include "net/fixtures.hpp"
#include "net/raw_socket.hpp"

using namespace parley;
using namespace parley::net;
using namespace parley::test;

namespace {

ClientError failure(TestClient& client, const ClientRequest& request) {
    auto result = client.send(request);
    REQUIRE_FALSE(result.has_value());
    INFO(result.error().error.message);
    CHECK_FALSE(result.error().error.message.empty());
    return result.error();
}

std::uint16_t closed_port() {
    RawServer gone([](RawSocket&, int) {});
    return gone.port();
}

const std::string head_200 = "HTTP/1.1 200 OK\r\n";

}  // namespace

TEST_CASE("a refused connection: not sent") {
    TestClient client;
    auto error = failure(client, local_request(closed_port(), "/", "POST"));
    CHECK(error.error.code == Errc::unavailable);
    CHECK(error.progress == Progress::not_sent);
}

TEST_CASE("a name that does not exist: not sent") {
    TestClient client;
    auto request = local_request(1, "/");
    request.url = "http://no-such-host.invalid/";
    auto error = failure(client, request);
    CHECK((error.error.code == Errc::unavailable || error.error.code == Errc::timeout));
    CHECK(error.progress == Progress::not_sent);
}

TEST_CASE("a peer that accepts nothing: the connect timeout, not sent") {
    // A full backlog: the kernel drops further connection attempts.
    int listener = ::socket(AF_INET, SOCK_STREAM, 0);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof address;
    REQUIRE(::bind(listener, reinterpret_cast<sockaddr*>(&address), size) == 0);
    REQUIRE(::listen(listener, 0) == 0);
    REQUIRE(::getsockname(listener, reinterpret_cast<sockaddr*>(&address), &size) == 0);
    auto port = ntohs(address.sin_port);
    auto fills_the_backlog = RawSocket::to_port(port);
    TestClient client;
    auto request = local_request(port);
    request.connect_timeout_ms = 100;
    auto error = failure(client, request);
    CHECK(error.error.code == Errc::timeout);
    CHECK(error.progress == Progress::not_sent);
    ::close(listener);
}

TEST_CASE("a connection that breaks after the request: in doubt") {
    TestClient client;
    auto talk = GENERATE(
        as<std::function<void(RawSocket&, int)>>(), [](RawSocket& socket, int) { socket.read_until("\r\n\r\n"); },
        [](RawSocket& socket, int) {
            socket.read_until("\r\n\r\n");
            socket.reset();
        },
        [](RawSocket& socket, int) {
            socket.read_until("\r\n\r\n");
            socket.send("HTTP/1.1 200");
            socket.reset();
        },
        [](RawSocket& socket, int) {
            socket.read_until("\r\n\r\n");
            socket.send("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nabc");
        },
        [](RawSocket& socket, int) {
            socket.read_until("\r\n\r\n");
            socket.send("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n");
        });
    RawServer peer(talk);
    auto error = failure(client, local_request(peer.port(), "/", "POST"));
    CHECK(error.error.code == Errc::unavailable);
    CHECK(error.progress == Progress::in_doubt);
    CHECK(peer.accepted() == 1);  // never tried again behind the caller's back
}

TEST_CASE("a pooled connection that breaks after the request is not tried again") {
    RawServer peer([](RawSocket& socket, int) {
        socket.read_until("\r\n\r\n");
        socket.send(head_200 + "Content-Length: 0\r\n\r\n");
        socket.read_until("\r\n\r\n");
        socket.reset();
    });
    TestClient client;
    CHECK(client.send(local_request(peer.port())).has_value());
    auto error = failure(client, local_request(peer.port(), "/", "POST"));
    CHECK(error.progress == Progress::in_doubt);
    CHECK(peer.accepted() == 1);
}

TEST_CASE("an answer that does not come in time: in doubt, and the connection is not used again") {
    std::string sent = GENERATE(std::string(), head_200, head_200 + "Content-Length: 5\r\n\r\nab");
    RawServer peer([&](RawSocket& socket, int) {
        socket.read_until("\r\n\r\n");
        socket.send(sent);
        socket.read_until("\r\n\r\n");
    });
    TestClient client;
    auto request = local_request(peer.port());
    request.timeout_ms = 80;
    for (int i = 1; i <= 2; ++i) {
        auto error = failure(client, request);
        CHECK(error.error.code == Errc::timeout);
        CHECK(error.progress == Progress::in_doubt);
        CHECK(eventually([&] { return peer.accepted() == i; }));
    }
}

TEST_CASE("answers over the limit are given up") {
    std::string bytes =
        GENERATE(as<std::string>(), head_200 + "Content-Length: 1001\r\n\r\n" + std::string(1001, 'x'),
                 head_200 + "Transfer-Encoding: chunked\r\n\r\n3e9\r\n" + std::string(1001, 'x') + "\r\n0\r\n\r\n",
                 head_200 + "\r\n" + std::string(1001, 'x'), head_200 + "Content-Length: 99999999999999\r\n\r\n");
    RawServer peer([&](RawSocket& socket, int) {
        socket.read_until("\r\n\r\n");
        socket.send(bytes);
    });
    TestClient client;
    auto request = local_request(peer.port());
    request.max_response = 1000;
    auto error = failure(client, request);
    CHECK(error.error.code == Errc::too_large);
    CHECK(error.progress == Progress::in_doubt);
}

TEST_CASE("an answer of exactly the limit is taken") {
    RawServer peer([&](RawSocket& socket, int) {
        socket.read_until("\r\n\r\n");
        socket.send(head_200 + "Content-Length: 1000\r\n\r\n" + std::string(1000, 'x'));
    });
    TestClient client;
    auto request = local_request(peer.port());
    request.max_response = 1000;
    CHECK(client.send(request)->body.size() == 1000);
}

TEST_CASE("malformed and ambiguous answers are refused") {
    const std::string bodies = "5\r\nhello\r\n0\r\n\r\n";
    std::string bytes = GENERATE_COPY(
        as<std::string>(), "rubbish\r\n\r\n", "HTTP/2.0 200 OK\r\n\r\n", "HTTP/1.1 99 X\r\nContent-Length: 0\r\n\r\n",
        "HTTP/1.1 700 X\r\nContent-Length: 0\r\n\r\n", "HTTP/1.1 101 Switching\r\n\r\n",
        head_200 + "Transfer-Encoding: chunked\r\nContent-Length: 5\r\n\r\n" + bodies,
        head_200 + "Content-Length: 5\r\nTransfer-Encoding: gzip\r\n\r\nhello",
        head_200 + "Transfer-Encoding: gzip, chunked\r\n\r\n" + bodies,
        head_200 + "Content-Length: 5\r\nContent-Length: 6\r\n\r\nhello", head_200 + "Content-Length: x\r\n\r\nhello",
        head_200 + "Transfer-Encoding: chunked\r\n\r\nzz\r\n",
        head_200 + "X: " + std::string(100'000, 'x') + "\r\n\r\n",
        head_200 + "Transfer-Encoding: chunked\r\n\r\n5;" + std::string(100'000, 'x'), []() {
            std::string endless;
            for (int i = 0; i < 20; ++i) endless += "HTTP/1.1 100 Continue\r\n\r\n";
            return endless;
        }());
    RawServer peer([&](RawSocket& socket, int) {
        socket.read_until("\r\n\r\n");
        socket.send(bytes);
        socket.closed_within(2000);
    });
    TestClient client;
    INFO(bytes.substr(0, 200));
    auto error = failure(client, local_request(peer.port()));
    CHECK(error.error.code == Errc::unavailable);
    CHECK(error.progress == Progress::in_doubt);
}

TEST_CASE("a peer that refuses a large body midway is heard") {
    RawServer peer([](RawSocket& socket, int) {
        socket.read_until("\r\n\r\n");
        socket.send("HTTP/1.1 413 Too Large\r\nContent-Length: 0\r\nConnection: close\r\n\r\n");
        socket.read_until("the end");
    });
    TestClient client;
    auto request = local_request(peer.port(), "/", "POST");
    request.body = std::string(1'000'000, 'x') + "the end";
    auto result = client.send(request);
    REQUIRE(result.has_value());
    CHECK(result->status == 413);
}

TEST_CASE("a client may be destroyed with requests in flight: each gets its answer, once") {
    RawServer silent([](RawSocket& socket, int) { socket.read_until("never"); });
    std::vector<std::future<ClientResult>> results;
    {
        LoopThread thread;
        ClientOptions options;
        options.max_connections_per_host = 2;
        std::unique_ptr<Client> client;
        thread.run([&] {
            client = std::make_unique<Client>(thread.loop, options, Logger());
            for (int i = 0; i < 5; ++i) {
                auto promise = std::make_shared<std::promise<ClientResult>>();
                results.push_back(promise->get_future());
                client->send(local_request(silent.port()),
                             [promise](ClientResult result) { promise->set_value(std::move(result)); });
            }
        });
        CHECK(eventually([&] { return silent.accepted() == 2; }));
        thread.run([&] { client.reset(); });
        thread.run([] {});
    }
    for (auto& result : results) CHECK(result.get().error().error.code == Errc::gone);
}

TEST_CASE("a loop may end with connections open") {
    RawServer peer([](RawSocket& socket, int) {
        while (!socket.read_until("\r\n\r\n").empty()) socket.send(head_200 + "Content-Length: 0\r\n\r\n");
    });
    RawServer silent([](RawSocket& socket, int) { socket.read_until("never"); });
    auto token = std::make_shared<int>(0);
    {
        LoopThread thread;
        std::unique_ptr<Client> client;
        thread.run([&] {
            client = std::make_unique<Client>(thread.loop, ClientOptions(), Logger());
            client->send(local_request(peer.port()), [token](ClientResult) {});
            client->send(local_request(silent.port()), [token](ClientResult) {});
        });
        CHECK(eventually([&] { return token.use_count() == 2 && silent.accepted() == 1; }));
        thread.stop();
        client.reset();
    }
    CHECK(token.use_count() == 1);
}
