#include <catch2/catch.hpp>

#include "net/fixtures.hpp"
#include "net/raw_socket.hpp"

using namespace parley;
using namespace parley::net;
using namespace parley::test;

namespace {

void routes(Router& router) {
    auto echo = [](Request request, Responder respond) {
        auto response = Response::text(200, request.method + "|" + request.target + "|" + request.body);
        response.headers.set("X-Host", std::string(request.headers.get("Host")));
        response.headers.set("X-Agent", std::string(request.headers.get("User-Agent")));
        response.headers.set("X-Token", std::string(request.headers.get("X-Token")));
        respond(std::move(response));
    };
    router.add("GET", "/echo", echo);
    RouteLimits large;
    large.max_body = 16 << 20;
    for (const auto* method : {"POST", "PUT", "DELETE"}) router.add(method, "/echo", echo, large);
}

// An answer as a peer could write it.
std::string answer(const std::string& body, const std::string& fields = "") {
    return "HTTP/1.1 200 OK\r\n" + fields + "Content-Length: " + std::to_string(body.size()) + "\r\n\r\n" + body;
}

// Answers each request with the same bytes, for as long as the client keeps the connection; closes after it when asked
// to.
auto always(const std::string& bytes, bool close = false) {
    return [=](RawSocket& socket, int) {
        while (!socket.read_until("\r\n\r\n").empty()) {
            socket.send(bytes);
            if (close) return;
        }
    };
}

}  // namespace

TEST_CASE("requests and answers go whole") {
    TestServer server(routes);
    TestClient client;
    auto request = local_request(server.port, "/echo?x=%20y#frag", "POST");
    request.headers.set("X-Token", "t");
    request.body = "hello";
    auto result = client.send(request);
    REQUIRE(result.has_value());
    CHECK(result->status == 200);
    CHECK(result->body == "POST|/echo?x=%20y|hello");
    CHECK(result->headers.get("x-host") == "127.0.0.1:" + std::to_string(server.port));
    CHECK(std::string(result->headers.get("X-Agent")).starts_with("parley/"));
    CHECK(result->headers.get("X-Token") == "t");
    request.body = std::string(5'000'000, 'x');
    auto large = client.send(request);
    REQUIRE(large.has_value());
    CHECK(large->body.size() == 5'000'000 + 18);
    CHECK(client.send(local_request(server.port, "/echo", "DELETE"))->body == "DELETE|/echo|");
    CHECK(client.send(local_request(server.port, "/nothing"))->status == 404);
    auto head = client.send(local_request(server.port, "/echo", "HEAD"));
    REQUIRE(head.has_value());
    CHECK(head->body.empty());
    CHECK(head->headers.has("Content-Length"));
}

TEST_CASE("connections are kept and used again") {
    TestServer server(routes);
    TestClient client;
    for (int i = 0; i < 20; ++i)
        CHECK(client.send(local_request(server.port, "/echo", i % 2 ? "GET" : "HEAD")).has_value());
    CHECK(server.server->counters().connections_total == 1);
    CHECK(server.server->counters().requests == 20);
}

TEST_CASE("idle connections are closed after a while") {
    TestServer server(routes);
    ClientOptions options;
    options.idle_timeout_ms = 30;
    TestClient client(options);
    CHECK(client.send(local_request(server.port, "/echo")).has_value());
    CHECK(eventually([&] { return server.server->counters().connections_open == 0; }));
    CHECK(client.send(local_request(server.port, "/echo")).has_value());
    CHECK(server.server->counters().connections_total == 2);
}

TEST_CASE("a pooled connection that the peer has closed is replaced") {
    RawServer peer([](RawSocket& socket, int) {
        socket.read_until("\r\n\r\n");
        socket.send(answer("one"));
    });
    TestClient client;
    for (int i = 0; i < 3; ++i) {
        auto result = client.send(local_request(peer.port(), "/", "POST"));
        REQUIRE(result.has_value());
        CHECK(result->body == "one");
        std::this_thread::sleep_for(20ms);  // the close arrives; without it the next request is rightly in doubt
    }
    CHECK(peer.accepted() == 3);
}

TEST_CASE("every framing of an answer is understood") {
    struct Case {
        const char* name;
        std::string bytes;
        bool close;
        int status;
        const char* body;
    };
    const std::vector<Case> cases{
        {"length", answer("abc"), false, 200, "abc"},
        {"chunks", "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nab\r\n1;x\r\nc\r\n0\r\n\r\n", false, 200,
         "abc"},
        {"chunks and a trailer", "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\nX-T: 1\r\n\r\n",
         false, 200, "abc"},
        {"end of connection", "HTTP/1.1 200 OK\r\n\r\nabc", true, 200, "abc"},
        {"HTTP/1.0", "HTTP/1.0 200 OK\r\n\r\nabc", true, 200, "abc"},
        {"no content", "HTTP/1.1 204 No Content\r\n\r\n", false, 204, ""},
        {"interim answers", "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\nLink: x\r\n\r\n" + answer("abc"),
         false, 200, "abc"},
        {"an error", "HTTP/1.1 503 Busy\r\nContent-Length: 1\r\n\r\nx", false, 503, "x"},
        {"Connection: close", answer("abc", "Connection: close\r\n"), true, 200, "abc"},
    };
    for (const auto& expected : cases) {
        INFO(expected.name);
        RawServer peer(always(expected.bytes, expected.close));
        TestClient client;
        for (int i = 0; i < 2; ++i) {
            auto result = client.send(local_request(peer.port()));
            REQUIRE(result.has_value());
            CHECK(result->status == expected.status);
            CHECK(result->body == expected.body);
            CHECK_FALSE(result->headers.has("X-T"));
        }
        CHECK(peer.accepted() == (expected.close ? 2 : 1));
    }
}

TEST_CASE("bytes after an answer are never taken for the next one") {
    RawServer peer(always(answer("mine") + answer("poison")));
    TestClient client;
    for (int i = 0; i < 3; ++i) {
        auto result = client.send(local_request(peer.port()));
        REQUIRE(result.has_value());
        CHECK(result->body == "mine");
    }
    CHECK(peer.accepted() == 3);
}

TEST_CASE("many requests run at once, and what is over the limit waits its turn") {
    int most = 0, now = 0;  // touched by the server's loop alone until the end
    Loop* loop = nullptr;
    TestServer server([&](Router& router) {
        router.add("GET", "/", [&](Request, Responder respond) {
            most = std::max(most, ++now);
            loop->after(5ms, [&, respond = std::move(respond)]() mutable {
                --now;
                respond(Response::text(200, "ok"));
            });
        });
    });
    loop = &server.thread.loop;
    ClientOptions options;
    options.max_connections_per_host = 50;
    TestClient client(options);
    std::vector<std::future<ClientResult>> results;
    for (int i = 0; i < 1000; ++i) results.push_back(client.start(local_request(server.port)));
    for (auto& result : results) CHECK(result.get().has_value());
    CHECK(most <= 50);
    CHECK(most > 10);
    CHECK(server.server->counters().connections_total == 50);
}

TEST_CASE("too many waiting requests are refused at once") {
    RawServer silent([](RawSocket& socket, int) { socket.read_until("never"); });
    ClientOptions options;
    options.max_connections_per_host = 1;
    options.max_waiting = 2;
    TestClient client(options);
    auto request = local_request(silent.port());
    std::vector<std::future<ClientResult>> results;
    for (int timeout : {1000, 100, 200, 100}) {
        request.timeout_ms = timeout;
        results.push_back(client.start(request));
    }
    auto refused = results[3].get();
    REQUIRE_FALSE(refused.has_value());
    CHECK(refused.error().error.code == Errc::overloaded);
    CHECK(refused.error().progress == Progress::not_sent);
    for (int i : {1, 2}) {
        auto waited = results[i].get();
        REQUIRE_FALSE(waited.has_value());
        CHECK(waited.error().error.code == Errc::timeout);
        CHECK(waited.error().progress == Progress::not_sent);
    }
    CHECK(results[0].get().error().progress == Progress::in_doubt);
}

TEST_CASE("the callback may send, and is never called from inside send()") {
    TestServer server(routes);
    TestClient client;
    std::atomic<int> done{0};
    client.thread.run([&] {
        for (const auto* url : {"nonsense", "http://user@h/"}) {
            ClientRequest bad;
            bad.url = url;
            client.client->send(bad, [&](ClientResult result) { done += result.has_value() ? 100 : 1; });
            CHECK(done == 0);
        }
    });
    CHECK(eventually([&] { return done == 2; }));
    std::function<void(int)> chain = [&](int left) {
        client.client->send(local_request(server.port, "/echo"), [&, left](ClientResult result) {
            CHECK(result.has_value());
            ++done;
            if (left > 1) chain(left - 1);
        });
    };
    client.thread.run([&] { chain(50); });
    CHECK(eventually([&] { return done == 52; }));
    CHECK(server.server->counters().connections_total == 1);
}

TEST_CASE("what cannot be sent is refused before anything is sent") {
    TestServer server(routes);
    TestClient client;
    auto refuse = [&](const std::function<void(ClientRequest&)>& spoil) {
        auto request = local_request(server.port, "/echo");
        spoil(request);
        auto result = client.send(request);
        REQUIRE_FALSE(result.has_value());
        CHECK(result.error().error.code == Errc::invalid);
        CHECK(result.error().progress == Progress::not_sent);
    };
    refuse([](auto& request) { request.method = "GET / HTTP/1.1\r\nX: y\r\n\r\nGET"; });
    refuse([](auto& request) { request.method = ""; });
    refuse([](auto& request) { request.method = "CONNECT"; });
    refuse([](auto& request) { request.url += "\r\nX: y"; });
    refuse([](auto& request) { request.url += " HTTP/1.1"; });
    refuse([](auto& request) { request.url = "http://a@127.0.0.1/"; });
    for (const auto* name :
         {"Host", "content-length", "Transfer-Encoding", "Connection", "TE", "Trailer", "Upgrade", "Expect"}) {
        refuse([&](auto& request) { request.headers.set(name, "1"); });
    }
    ClientRequest request;
    CHECK_THROWS_AS(request.headers.set("X", "a\r\nHost: evil"), std::invalid_argument);
    CHECK(server.server->counters().connections_total == 0);
}
