#include "net/response_writer.hpp"

#include <catch2/catch.hpp>

using namespace parley::net;

namespace {
bool has(const std::string& text, std::string_view part) {
    return text.find(part) != std::string::npos;
}
}  // namespace

TEST_CASE("framing is the server's own") {
    ResponseWriter writer;
    Response response = Response::text(200, "hello");
    response.headers.set("Content-Length", "3");
    response.headers.set("Transfer-Encoding", "chunked");
    response.headers.set("Server", "secret/1.0");
    response.headers.set("X-Request-Id", "7");
    auto wire = writer.write(std::move(response), false, false);
    CHECK(wire.head.starts_with("HTTP/1.1 200 OK\r\nDate: "));
    CHECK(has(wire.head, " GMT\r\nContent-Length: 5\r\n"));
    CHECK(has(wire.head, "X-Content-Type-Options: nosniff\r\n"));
    CHECK(has(wire.head, "X-Request-Id: 7\r\n"));
    CHECK_FALSE(has(wire.head, "chunked"));
    CHECK_FALSE(has(wire.head, "secret"));
    CHECK_FALSE(has(wire.head, "Connection"));
    CHECK(wire.head.ends_with("\r\n\r\nhello"));
}

TEST_CASE("an answer to HEAD has the length but not the body; 204 and 304 have neither") {
    ResponseWriter writer;
    auto head = writer.write(Response::text(200, "hello"), true, true);
    CHECK(has(head.head, "Content-Length: 5\r\n"));
    CHECK(head.head.ends_with("Connection: close\r\n\r\n"));
    for (int status : {204, 304}) {
        auto wire = writer.write(Response::text(status, "hello"), false, false);
        CHECK_FALSE(has(wire.head, "Content-Length"));
        CHECK(wire.head.ends_with("\r\n\r\n"));
        CHECK(wire.body.empty());
    }
}

TEST_CASE("large bodies are not copied and odd statuses are faults of ours") {
    ResponseWriter writer;
    auto wire = writer.write(Response::text(200, std::string(100'000, 'x')), false, false);
    CHECK(wire.body.size() == 100'000);
    CHECK(has(wire.head, "Content-Length: 100000\r\n"));
    for (int status : {0, 100, 199, 600, -1}) {
        CHECK(writer.write(Response::text(status, ""), false, false)
                  .head.starts_with("HTTP/1.1 500 Internal Server Error\r\n"));
    }
    CHECK(writer.write(Response::text(299, ""), false, false).head.starts_with("HTTP/1.1 299 \r\n"));
}
