// Files in the middle of a request's body: whole, in pieces that are bounded, no faster than the peer takes them.
#include <catch2/catch.hpp>

#include "core/byte_source.hpp"
#include "core/worker_pool.hpp"
#include "net/fixtures.hpp"
#include "net/raw_socket.hpp"

using namespace parley;
using namespace parley::net;
using namespace parley::test;

namespace {

// Reads on a thread of its own; goes wrong at `breaks_at`.
class File : public ByteSource {
public:
    explicit File(std::size_t size) : content_(size, 'f') {
        for (std::size_t i = 0; i < size; i += 997) content_[i] = static_cast<char>('a' + i % 23);
    }

    std::uint64_t size() const override { return content_.size(); }
    void read(std::uint64_t offset, std::size_t most, UniqueFunction<void(Result<std::string>)> done) override {
        largest = std::max(largest.load(), most);
        furthest = std::max(furthest.load(), static_cast<std::size_t>(offset));
        auto told = std::make_shared<UniqueFunction<void(Result<std::string>)>>(std::move(done));
        const bool taken = worker_.submit([this, offset, most, told] {
            (*told)(offset >= breaks_at ? Result<std::string>(make_error(Errc::unavailable, "the disk is broken"))
                                        : Result<std::string>(content_.substr(offset, most)));
        });
        REQUIRE(taken);
    }
    const std::string& content() const { return content_; }

    std::size_t breaks_at = static_cast<std::size_t>(-1);
    std::atomic<std::size_t> largest{0}, furthest{0};

private:
    std::string content_;
    WorkerPool worker_{1};
};

ClientRequest request_with(std::shared_ptr<ByteSource> file, std::uint16_t port, const std::string& target = "/") {
    auto request = local_request(port, target, "POST");
    request.body = "before ";
    request.file = std::move(file);
    request.body_end = " behind";
    return request;
}

}  // namespace

TEST_CASE("a file goes out between what stands before and behind it") {
    TestServer server([](Router& router) {
        RouteLimits large;
        large.max_body = 16 << 20;
        router.add(
            "POST", "/", [](Request request, Responder respond) { respond(Response::text(200, request.body)); }, large);
    });
    TestClient client;
    for (const std::size_t size : {std::size_t(0), std::size_t(1), std::size_t(64 * 1024), std::size_t(5'000'001)}) {
        CAPTURE(size);
        const auto file = std::make_shared<File>(size);
        auto result = client.send(request_with(file, server.port));
        REQUIRE(result.has_value());
        CHECK(result->status == 200);
        const bool same = result->body == "before " + file->content() + " behind";
        CHECK(same);
        CHECK(file->largest <= 64 * 1024);
    }
    CHECK(server.server->counters().connections_total == 1);  // each left the connection clean
}

TEST_CASE("a file that cannot be read ends the request, and its connection") {
    TestServer server([](Router& router) {
        router.add("POST", "/", [](const Request&, Responder respond) { respond(Response::text(200, "taken")); });
    });
    TestClient client;
    const auto file = std::make_shared<File>(500'000);
    file->breaks_at = 100'000;
    const auto result = client.send(request_with(file, server.port));
    REQUIRE(!result);
    CHECK(result.error().error.message == "the disk is broken");
    CHECK(client.send(request_with(std::make_shared<File>(10), server.port))->body == "taken");
    CHECK(server.server->counters().connections_total == 2);
}

TEST_CASE("a peer that does not read holds up the reading of the file, until the request's time is over") {
    std::promise<void> over;
    RawServer server([until = over.get_future().share()](RawSocket& socket, int) {
        socket.read_until("\r\n\r\n");
        until.wait_for(20s);
    });
    TestClient client;
    const auto file = std::make_shared<File>(32 << 20);
    auto request = request_with(file, server.port());
    request.timeout_ms = 300;
    const auto result = client.send(request);
    over.set_value();
    REQUIRE(!result);
    CHECK(result.error().error.code == Errc::timeout);
    CHECK(result.error().progress == Progress::in_doubt);
    CHECK(file->furthest < 24u << 20);
}

TEST_CASE("a peer that refuses a file before it has it is heard") {
    RawServer server([](RawSocket& socket, int) {
        socket.read_until("\r\n\r\n");
        socket.send("HTTP/1.1 413 Too Large\r\nContent-Length: 0\r\nConnection: close\r\n\r\n");
        socket.finish_sending();
        socket.read_bytes(5'000'000);
    });
    TestClient client;
    const auto result = client.send(request_with(std::make_shared<File>(5'000'000), server.port()));
    REQUIRE(result.has_value());
    CHECK(result->status == 413);
}
