// Answers whose bodies come piece by piece.
#include "core/byte_source.hpp"
#include "fixtures.hpp"
#include "raw_socket.hpp"

using namespace parley;
using namespace parley::test;

namespace {

// Gives `body`, a piece each time, or what it is told to do instead.
struct TestSource : ByteSource {
    std::string body;
    std::size_t at = 0, piece = 100'000;
    std::size_t fail_at = std::string::npos;
    std::uint64_t said = 0;  // in place of the size that it has
    bool hold = false;
    UniqueFunction<void(Result<std::string>)> held;  // [I/O thread]

    std::uint64_t size() const override { return said > 0 ? said : body.size(); }
    void read(std::uint64_t, std::size_t, UniqueFunction<void(Result<std::string>)> read) override {
        if (hold) {
            held = std::move(read);
        } else if (at >= fail_at) {
            read(make_error(Errc::unavailable, "the disk is gone"));
        } else {
            auto out = body.substr(at, piece);
            at += out.size();
            read(std::move(out));
        }
    }
};

struct Downloads {
    net::ServerOptions options;
    std::shared_ptr<TestSource> source = std::make_shared<TestSource>();
    std::unique_ptr<TestServer> server;

    ~Downloads() {
        server->on_loop([&] { server->server.reset(); });
    }
    void start() {
        server = std::make_unique<TestServer>(
            [this](net::Router& router) {
                router.add("GET", "/down", [this](net::Request, net::Responder respond) {
                    net::Response response;
                    response.source = source;
                    respond(std::move(response));
                });
                router.add("GET", "/after",
                           [](net::Request, net::Responder respond) { respond(net::Response::text(200, "after")); });
            },
            options);
    }
    RawSocket ask(const std::string& method = "GET") {
        auto socket = RawSocket::to_port(server->port);
        socket.send(method + " /down HTTP/1.1\r\nHost: a\r\n\r\nGET /after HTTP/1.1\r\nHost: a\r\n\r\n");
        return socket;
    }
    std::size_t given() {
        std::size_t out = 0;
        server->on_loop([&] { out = source->at; });
        return out;
    }
};

std::string digits(std::size_t size) {
    std::string out;
    for (std::size_t i = 0; out.size() < size; ++i) out += std::to_string(i);
    return out.substr(0, size);
}

}  // namespace

TEST_CASE("a body comes from its source and the connection goes on", "[source]") {
    Downloads it;
    it.source->body = digits(GENERATE(1, 99'999, 100'000, 3'000'001));
    it.start();
    auto socket = it.ask();
    auto answer = socket.response();
    CHECK(answer.status == 200);
    CHECK(answer.header("Content-Length") == std::to_string(it.source->body.size()));
    CHECK((answer.body == it.source->body));
    CHECK(socket.response().body == "after");
}

TEST_CASE("HEAD asks a source for its size alone", "[source]") {
    Downloads it;
    it.source->body = "twelve bytes";
    it.start();
    auto socket = it.ask("HEAD");
    CHECK(socket.response(true).header("Content-Length") == "12");
    CHECK(socket.response().body == "after");
    CHECK(it.given() == 0);
}

TEST_CASE("a source that does not keep its word ends the connection, and nothing follows", "[source]") {
    Downloads it;
    it.options.write_timeout_ms = 300;
    it.source->body = digits(300'000);
    std::size_t whole = 100'000;
    SECTION("it fails") {
        it.source->fail_at = 100'000;
    }
    SECTION("it ends too early") {
        it.source->said = 400'000;
        whole = 300'000;
    }
    SECTION("it gives too much") {
        it.source->said = 250'000;
        whole = 200'000;
    }
    SECTION("it says nothing") {
        it.source->hold = true;
        whole = 0;
    }
    it.start();
    auto socket = it.ask();
    CHECK(socket.read_until("\r\n\r\n").starts_with("HTTP/1.1 200"));
    CHECK((socket.read_bytes(1'000'000) == it.source->body.substr(0, whole)));
    CHECK(it.server->server->counters().requests == 1);
    it.server->on_loop([&] {
        if (it.source->held) it.source->held(std::string("too late"));
    });
}

TEST_CASE("a slow reader is given no more than it takes", "[source]") {
    Downloads it;
    it.source->body.assign(24 << 20, 'x');
    it.start();
    auto socket = it.ask();
    REQUIRE(eventually([&] { return it.given() > 0; }));
    // What the kernel holds for the two ends, and a piece.
    std::size_t before = 0;
    while (before != it.given()) {
        before = it.given();
        std::this_thread::sleep_for(100ms);
    }
    CHECK(before < (16u << 20));
    CHECK((socket.response().body == it.source->body));
}

TEST_CASE("a reader that leaves, or a host that stops, leaves the source alone", "[source]") {
    Downloads it;
    it.source->body = digits(10);
    it.source->hold = true;
    it.start();
    auto is_asked = [&] {
        bool asked = false;
        it.server->on_loop([&] { asked = static_cast<bool>(it.source->held); });
        return asked;
    };
    auto socket = it.ask();
    REQUIRE(eventually(is_asked));
    SECTION("the host") {
        std::promise<void> done;
        it.server->on_loop([&] { it.server->server->stop(50, [&] { done.set_value(); }); });
        CHECK(done.get_future().wait_for(5s) == std::future_status::ready);
    }
    SECTION("the reader") {
        socket.reset();
    }
    it.server->on_loop([&] { it.source->held(std::string("0123456789")); });
    CHECK(eventually([&] { return it.server->server->counters().connections_open == 0; }));
}
