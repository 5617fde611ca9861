// Bodies that go to a sink: whole, in pieces that are bounded, no faster than the sink takes them.
#include <catch2/catch.hpp>
#include <condition_variable>
#include <mutex>

#include "core/worker_pool.hpp"
#include "net/fixtures.hpp"
#include "net/raw_socket.hpp"

using namespace parley;
using namespace parley::net;
using namespace parley::test;

namespace {

// Takes on a thread of its own; `hold` keeps every piece waiting.
class SlowSink : public BodySink {
public:
    void write(std::string bytes, UniqueFunction<void(Result<void>)> written) override {
        largest = std::max(largest, bytes.size());
        // Catch2's checks are for the test's own thread: what goes wrong here fails the transfer.
        if (writing.exchange(true)) return written(make_error(Errc::conflict, "two pieces at once"));
        auto told = std::make_shared<UniqueFunction<void(Result<void>)>>(std::move(written));
        const bool taken = worker.submit([this, bytes = std::move(bytes), told] {
            std::unique_lock lock(mutex);
            wake.wait(lock, [&] { return !hold; });
            size += bytes.size();
            if (keep) text += bytes;
            writing = false;
            (*told)(refuse ? Result<void>(make_error(Errc::unavailable, "the disk is full")) : Result<void>());
        });
        if (!taken) (*told)(make_error(Errc::unavailable, "no thread takes it"));
    }
    void let_go() {
        std::lock_guard lock(mutex);
        hold = false;
        wake.notify_all();
    }

    std::mutex mutex;
    std::condition_variable wake;
    bool hold = false, refuse = false, keep = true;
    std::atomic<bool> writing{false};
    std::string text;
    std::atomic<std::size_t> size{0};
    std::size_t largest = 0;
    WorkerPool worker{1};
};

ClientRequest request_into(std::uint16_t port, std::shared_ptr<BodySink> sink) {
    auto request = local_request(port);
    request.sink = std::move(sink);
    request.max_response = 100u << 20;
    return request;
}

std::string head(const std::string& fields) {
    return "HTTP/1.1 200 OK\r\n" + fields + "\r\n";
}

}  // namespace

TEST_CASE("a body goes to its sink, with a length, in chunks and until the end of the connection") {
    const std::string body(300'000, 'b');
    for (const std::string form : {"length", "chunked", "end"}) {
        CAPTURE(form);
        RawServer server([&](RawSocket& socket, int) {
            if (socket.read_until("\r\n\r\n").empty()) return;
            if (form == "length") socket.send(head("Content-Length: 300000\r\n") + body);
            if (form == "chunked")
                socket.send(head("Transfer-Encoding: chunked\r\n") + "493e0\r\n" + body + "\r\n0\r\n\r\n");
            if (form == "end") socket.send(head("Connection: close\r\n") + body);
        });
        TestClient client;
        auto sink = std::make_shared<SlowSink>();
        auto result = client.send(request_into(server.port(), sink));
        REQUIRE(result.has_value());
        CHECK(result->body.empty());
        CHECK(sink->text == body);
        CHECK(sink->largest <= 128 * 1024);
    }
}

TEST_CASE("a slow sink slows the peer down") {
    constexpr std::size_t most = 64u << 20;
    std::atomic<std::size_t> sent{0};
    RawServer server([&](RawSocket& socket, int) {
        if (socket.read_until("\r\n\r\n").empty()) return;
        socket.send(head("Content-Length: " + std::to_string(most) + "\r\n"));
        const std::string piece(1 << 20, 'x');
        for (; sent < most; sent += piece.size()) socket.send(piece);
    });
    TestClient client;
    auto sink = std::make_shared<SlowSink>();
    sink->hold = true;
    sink->keep = false;
    auto request = request_into(server.port(), sink);
    request.timeout_ms = 60'000;
    auto result = client.start(std::move(request));
    // The buffers of the sockets fill, then nothing moves.
    REQUIRE(eventually([&] { return sink->writing.load(); }));
    std::size_t before = 0;
    CHECK(eventually([&] {
        const auto now = sent.load();
        const bool still = now > 0 && now == before;
        before = now;
        std::this_thread::sleep_for(100ms);
        return still;
    }));
    CHECK(sent < most);
    sink->let_go();
    REQUIRE(result.wait_for(60s) == std::future_status::ready);
    CHECK(result.get().has_value());
    CHECK(sink->size == most);
}

TEST_CASE("an error of the sink ends the exchange") {
    RawServer server([](RawSocket& socket, int) {
        while (!socket.read_until("\r\n\r\n").empty()) socket.send(head("Content-Length: 5\r\n") + "12345");
    });
    TestClient client;
    auto sink = std::make_shared<SlowSink>();
    sink->refuse = true;
    auto result = client.send(request_into(server.port(), sink));
    REQUIRE_FALSE(result.has_value());
    CHECK(result.error().error.message == "the disk is full");
}

TEST_CASE("answers that are not the file do not reach the sink") {
    RawServer server([](RawSocket& socket, int number) {
        if (socket.read_until("\r\n\r\n").empty()) return;
        if (number == 0) socket.send("HTTP/1.1 404 Not Found\r\nContent-Length: 4\r\n\r\ngone");
        if (number == 1) socket.send("HTTP/1.1 500 Oh\r\nContent-Length: 200000\r\n\r\n" + std::string(200'000, 'e'));
    });
    TestClient client;
    auto sink = std::make_shared<SlowSink>();
    auto request = request_into(server.port(), sink);
    auto result = client.send(request);
    REQUIRE(result.has_value());
    CHECK(result->status == 404);
    CHECK(result->body == "gone");
    TestClient other;
    CHECK_FALSE(other.send(request).has_value());
    CHECK(sink->size == 0);
}

TEST_CASE("too much, too little and too slow end with an error") {
    RawServer server([](RawSocket& socket, int) {
        const auto asked = socket.read_until("\r\n\r\n");
        if (asked.find("/announced") != std::string::npos) socket.send(head("Content-Length: 2000\r\n"));
        if (asked.find("/endless") != std::string::npos)
            socket.send(head("Transfer-Encoding: chunked\r\n") + "7d0\r\n" + std::string(2000, 'x') + "\r\n");
        if (asked.find("/short") != std::string::npos) socket.send(head("Content-Length: 900\r\n") + "only this");
        if (asked.find("/hangs") != std::string::npos) {
            socket.send(head("Content-Length: 900\r\n") + "and then");
            socket.closed_within(10'000);
        }
    });
    TestClient client;
    const auto failure = [&](const std::string& target) {
        auto request = local_request(server.port(), target);
        request.sink = std::make_shared<SlowSink>();
        request.max_response = 1000;
        request.timeout_ms = target == "/hangs" ? 300 : 10'000;
        return client.send(request).error().error.code;
    };
    CHECK(failure("/announced") == Errc::too_large);
    CHECK(failure("/endless") == Errc::too_large);
    CHECK(failure("/short") == Errc::unavailable);
    CHECK(failure("/hangs") == Errc::timeout);
}

TEST_CASE("a sink that hangs does not outlast the exchange's time") {
    RawServer server([](RawSocket& socket, int) {
        if (!socket.read_until("\r\n\r\n").empty()) socket.send(head("Content-Length: 5\r\n") + "12345");
    });
    TestClient client;
    auto sink = std::make_shared<SlowSink>();
    sink->hold = true;
    auto request = request_into(server.port(), sink);
    request.timeout_ms = 300;
    CHECK(client.send(request).error().error.code == Errc::timeout);
    sink->let_go();
    CHECK(eventually([&] { return sink->size == 5; }));
}

TEST_CASE("a sink that follows a stream gets each piece as it comes") {
    struct Follower : BodySink {
        std::size_t worth() const override { return 1; }
        void write(std::string bytes, UniqueFunction<void(Result<void>)> written) override {
            text += bytes;
            ++pieces;
            written({});
        }
        std::atomic<int> pieces{0};
        std::string text;
    };
    auto sink = std::make_shared<Follower>();
    RawServer server([&](RawSocket& socket, int) {
        if (socket.read_until("\r\n\r\n").empty()) return;
        socket.send(head("Transfer-Encoding: chunked\r\n") + "5\r\nfirst\r\n");
        // The second piece is sent when the first has been seen.
        if (!eventually([&] { return sink->pieces == 1; })) return;
        socket.send("6\r\nsecond\r\n0\r\n\r\n");
    });
    TestClient client;
    const auto answer = client.send(request_into(server.port(), sink));
    REQUIRE(answer.has_value());
    CHECK(sink->text == "firstsecond");
    CHECK(sink->pieces == 2);
}

TEST_CASE("a peer that falls silent is given up, one that goes on slowly is not") {
    std::atomic<bool> silent{false};
    RawServer server([&](RawSocket& socket, int) {
        while (!socket.read_until("\r\n\r\n").empty()) {
            socket.send(head("Content-Length: 4\r\n"));
            for (const char* one : {"a", "b", "c", "d"}) {
                if (socket.closed_within(silent ? 20'000 : 50)) return;
                socket.send(one);
            }
        }
    });
    TestClient client;
    auto request = local_request(server.port());
    request.idle_timeout_ms = 1'500;
    const auto slow = client.send(request);
    REQUIRE(slow.has_value());
    CHECK(slow->body == "abcd");
    silent = true;
    const auto given_up = client.send(request);
    REQUIRE_FALSE(given_up.has_value());
    CHECK(given_up.error().error.code == Errc::timeout);
}
