// Server-Sent Events over the server.
#include "net/event_stream.hpp"

#include "fixtures.hpp"
#include "raw_socket.hpp"

using namespace parley;
using namespace parley::test;

namespace {

std::shared_ptr<const std::string> event(std::string data, std::string id = "") {
    return std::make_shared<const std::string>(net::encode_event({std::move(id), "", std::move(data), 0}));
}

// Keeps every stream of GET /events for the test.
struct Streams {
    net::EventStreamLimits limits;
    net::ServerOptions options;
    std::vector<std::shared_ptr<net::EventStream>> open;  // [I/O thread]
    int closed = 0;
    std::unique_ptr<TestServer> server;

    ~Streams() {
        server->on_loop([&] { server->server.reset(); });
    }
    void start() {
        server = std::make_unique<TestServer>(
            [this](net::Router& router) {
                router.add("GET", "/events", [this](net::Request, net::Responder respond) {
                    respond(net::event_stream(limits, [this](std::shared_ptr<net::EventStream> stream) {
                        stream->on_close = [this, which = stream.get()] {
                            ++closed;
                            std::erase_if(open, [&](const auto& kept) { return kept.get() == which; });
                        };
                        open.push_back(std::move(stream));
                    }));
                });
            },
            options);
    }
    RawSocket connect() {
        auto before = count();
        auto socket = RawSocket::to_port(server->port);
        socket.send("GET /events HTTP/1.1\r\nHost: a\r\n\r\n");
        head = socket.response(true);
        REQUIRE(head.status == 200);
        REQUIRE(eventually([&] { return count() == before + 1; }));
        return socket;
    }
    std::size_t count() {
        std::size_t out = 0;
        server->on_loop([&] { out = open.size(); });
        return out;
    }
    bool has_closed(int streams) {
        return eventually([&] {
            int now = 0;
            server->on_loop([&] { now = closed; });
            return now == streams;
        });
    }

    RawResponse head;
};

// The next chunk of a body.
std::string chunk(RawSocket& socket) {
    auto line = socket.read_until("\r\n");
    if (line.empty()) return "(ended)";
    auto bytes = socket.read_bytes(std::stoul(line, nullptr, 16));
    socket.read_until("\r\n");
    return bytes;
}

}  // namespace

TEST_CASE("events are encoded as the standard has it", "[events]") {
    CHECK(net::encode_event({"7", "message", "hello", 0}) == "id: 7\nevent: message\ndata: hello\n\n");
    CHECK(net::encode_event({"", "", "", 0}) == "data: \n\n");
    CHECK(net::encode_event({"", "", "a\nb\r\nc\rd", 0}) == "data: a\ndata: b\ndata: c\ndata: d\n\n");
    CHECK(net::encode_event({"", "", "a\n", 3000}) == "retry: 3000\ndata: a\ndata: \n\n");
    CHECK(net::encode_event({"1\nevent: forged", "x\r\ny", "z", 0}) == "id: 1event: forged\nevent: xy\ndata: z\n\n");
}

TEST_CASE("a stream carries events until the host ends it", "[events]") {
    Streams it;
    it.start();
    auto reader = it.connect();
    CHECK(it.head.header("Content-Type") == "text/event-stream");
    CHECK(it.head.header("Transfer-Encoding") == "chunked");
    CHECK(it.head.header("Cache-Control") == "no-store");
    it.server->on_loop([&] { it.open[0]->send(event("one", "1")); });
    CHECK(chunk(reader) == "id: 1\ndata: one\n\n");
    it.server->on_loop([&] {
        it.open[0]->send(event("two"));
        it.open[0]->send(event("three"));
        it.open[0]->close();
        it.open[0]->send(event("never"));
        CHECK(it.closed == 0);  // not from inside close()
    });
    CHECK(chunk(reader) == "data: two\n\ndata: three\n\n");
    CHECK(chunk(reader).empty());
    CHECK(reader.closed_within(5000));
    CHECK(it.has_closed(1));
    CHECK(it.server->server->counters().event_streams_open == 0);
}

TEST_CASE("a silent stream beats, and outlives the deadlines of requests", "[events]") {
    Streams it;
    it.limits.heartbeat_ms = 50;
    it.options.idle_timeout_ms = 60;
    it.options.header_timeout_ms = 60;
    it.start();
    auto reader = it.connect();
    for (int i = 0; i < 5; ++i) CHECK(chunk(reader) == ":\n\n");
    it.server->on_loop([&] { it.open[0]->send(event("late")); });
    std::string got;
    while ((got = chunk(reader)) == ":\n\n") {
    }
    CHECK(got == "data: late\n\n");
}

TEST_CASE("the host hears at once when a reader leaves", "[events]") {
    Streams it;
    it.start();
    { auto reader = it.connect(); }
    CHECK(it.has_closed(1));
    auto reader = it.connect();
    reader.reset();
    CHECK(it.has_closed(2));
}

TEST_CASE("a reader that talks is sent away", "[events]") {
    Streams it;
    it.start();
    auto reader = it.connect();
    reader.send(std::string(100'000, 'x'));
    CHECK(it.has_closed(1));
}

TEST_CASE("a slow reader loses its stream and costs the others nothing", "[events]") {
    Streams it;
    it.limits.max_queue = 50;
    it.options.write_timeout_ms = 500;
    it.start();
    auto slow = it.connect();
    auto quick = it.connect();
    auto text = event(std::string(20'000, 'z'));
    for (int i = 0; i < 5000 && it.server->server->counters().event_streams_slow == 0; ++i) {
        it.server->on_loop([&] {
            for (auto& stream : it.open) stream->send(text);
        });
        CHECK(chunk(quick) == *text);
    }
    CHECK(it.server->server->counters().event_streams_slow == 1);
    CHECK(it.has_closed(1));
    it.server->on_loop([&] { it.open[0]->send(event("still here")); });
    CHECK(chunk(quick) == "data: still here\n\n");
}

TEST_CASE("HEAD gets the head, HTTP/1.0 a refusal", "[events]") {
    Streams it;
    it.start();
    auto socket = RawSocket::to_port(it.server->port);
    socket.send("HEAD /events HTTP/1.1\r\nHost: a\r\n\r\n");
    CHECK(socket.response(true).header("Content-Type") == "text/event-stream");
    CHECK(socket.closed_within(5000));
    auto old = RawSocket::to_port(it.server->port);
    old.send("GET /events HTTP/1.0\r\nHost: a\r\n\r\n");
    CHECK(old.response().status == 505);
    CHECK(it.count() == 0);
}

TEST_CASE("a stopping server ends its streams", "[events]") {
    Streams it;
    it.start();
    auto reader = it.connect();
    std::promise<void> done;
    it.server->on_loop([&] {
        it.open[0]->send(event("last words"));
        it.server->server->stop(15'000, [&] { done.set_value(); });
    });
    CHECK(chunk(reader) == "data: last words\n\n");
    CHECK(chunk(reader).empty());
    reader.finish_sending();
    CHECK(done.get_future().wait_for(10s) == std::future_status::ready);
    CHECK(it.closed == 1);
}

TEST_CASE("no stream is heard of after the server is gone", "[events]") {
    Streams it;
    it.start();
    auto reader = it.connect();
    it.server->on_loop([&] {
        auto kept = it.open[0];
        it.server->server.reset();
        CHECK(it.closed == 1);
        kept->send(event("to nobody"));
        kept->close();
    });
}
