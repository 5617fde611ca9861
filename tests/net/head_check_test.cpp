#include "net/head_check.hpp"

#include <catch2/catch.hpp>
#include <string>
#include <vector>

#include "net/target.hpp"

using namespace parley::net;
using namespace std::string_literals;

namespace {
std::string with(const std::string& fields) {
    return "POST /a HTTP/1.1\r\nHost: h\r\n" + fields + "\r\n";
}
HeadCheck check(const std::string& head) {
    return check_head(head, 100);
}
}  // namespace

TEST_CASE("a good head says how its body is framed") {
    auto plain = check("GET / HTTP/1.1\r\nHost: example.org:8080\r\n\r\n");
    CHECK(plain.status == 0);
    CHECK(plain.keep_alive);
    CHECK_FALSE(plain.has_body());
    auto sized = check(with("Content-Length:  12 \r\nConnection: foo, Close\r\nExpect: 100-Continue\r\n"));
    CHECK(sized.status == 0);
    CHECK(sized.length == 12);
    CHECK_FALSE(sized.keep_alive);
    CHECK(sized.expects_continue);
    auto chunked = check(with("transfer-encoding: Chunked\r\n"));
    CHECK(chunked.status == 0);
    CHECK(chunked.chunked);
    auto old = check("GET / HTTP/1.0\r\nConnection: keep-alive\r\nExpect: 100-continue\r\n\r\n");
    CHECK(old.status == 0);
    CHECK_FALSE(old.keep_alive);
    CHECK_FALSE(old.expects_continue);
    CHECK(check("OPTIONS * HTTP/1.1\r\nHost: h\r\n\r\n").status == 0);
    CHECK(check("GET /?a=[1]|{2} HTTP/1.1\r\nHost: [::1]:80\r\n\r\n").status == 0);
}

TEST_CASE("whatever two readers could see differently is refused") {
    struct Case {
        std::string head;
        int status;
    };
    const std::vector<Case> cases{
        {with("Transfer-Encoding: gzip\r\nContent-Length: 5\r\n"), 400},
        {with("Content-Length: 5\r\nTransfer-Encoding: chunked\r\n"), 400},
        {with("Transfer-Encoding: chunked, gzip\r\n"), 400},
        {with("Transfer-Encoding: gzip, chunked\r\n"), 400},
        {with("Transfer-Encoding: xchunked\r\n"), 400},
        {with("Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n"), 400},
        {with("Transfer-Encoding: \"chunked\"\r\n"), 400},
        {with("Transfer-Encoding: chunked;q=1\r\n"), 400},
        {with("Transfer-Encoding:\r\n"), 400},
        {with("Transfer-Encoding: identity\r\n"), 400},
        {"POST / HTTP/1.0\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n", 400},
        {with("Content-Length: 5, 5\r\n"), 400},
        {with("Content-Length: 5\r\nContent-Length: 5\r\n"), 400},
        {with("Content-Length: +5\r\n"), 400},
        {with("Content-Length: -1\r\n"), 400},
        {with("Content-Length: 0x5\r\n"), 400},
        {with("Content-Length: 5 5\r\n"), 400},
        {with("Content-Length:\r\n"), 400},
        {with("Content-Length: 12345678901\r\n"), 400},
        {with("Content-Length : 5\r\n"), 400},
        {with(" folded: 1\r\n"), 400},
        {with("A: 1\r\n\tb\r\n"), 400},
        {with("A\r\n"), 400},
        {with(": x\r\n"), 400},
        {with("A(: x\r\n"), 400},
        {with("A: x\0y\r\n"s), 400},
        {with("A: x\x01\r\n"), 400},
        {with("Trailer: X\r\n"), 400},
        {with("Host: h\r\n"), 400},
        {with("Authorization: a\r\nAuthorization: b\r\n"), 400},
        {with("Content-Type: a\r\nContent-Type: b\r\n"), 400},
        {with("Expect: 200-ok\r\n"), 417},
        {"GET / HTTP/1.1\r\n\r\n", 400},
        {"GET / HTTP/1.1\r\nHost:\r\n\r\n", 400},
        {"GET / HTTP/1.1\r\nHost: a b\r\n\r\n", 400},
        {"GET / HTTP/1.1\r\nHost: a/b\r\n\r\n", 400},
        {"GET / HTTP/1.1\r\nHost: u@h\r\n\r\n", 400},
        {"GET / HTTP/1.1\r\nHost: a,b\r\n\r\n", 400},
        {"GET / HTTP/1.1\r\nHost: a:x\r\n\r\n", 400},
        {"GET / HTTP/1.1\r\nHost: a:1:2\r\n\r\n", 400},
        {"GET http://h/ HTTP/1.1\r\nHost: h\r\n\r\n", 400},
        {"CONNECT h:443 HTTP/1.1\r\nHost: h\r\n\r\n", 400},
        {"GET * HTTP/1.1\r\nHost: h\r\n\r\n", 400},
        {"GET a HTTP/1.1\r\nHost: h\r\n\r\n", 400},
        {"GET /a#b HTTP/1.1\r\nHost: h\r\n\r\n", 400},
        {"GET /a b HTTP/1.1\r\nHost: h\r\n\r\n", 400},
        {"GET  / HTTP/1.1\r\nHost: h\r\n\r\n", 400},
        {"GET /\tHTTP/1.1\r\nHost: h\r\n\r\n", 400},
        {"GET /\xc3\xa4 HTTP/1.1\r\nHost: h\r\n\r\n", 400},
        {"GET / HTTP/1.1 \r\nHost: h\r\n\r\n", 400},
        {"GET / http/1.1\r\nHost: h\r\n\r\n", 400},
        {"GET / HTTP/1.2\r\nHost: h\r\n\r\n", 400},
        {"GET / HTTP/01.1\r\nHost: h\r\n\r\n", 400},
        {"GET / HTTP/2.0\r\nHost: h\r\n\r\n", 505},
        {"GET /\r\n\r\n", 400},
        {"G@T / HTTP/1.1\r\nHost: h\r\n\r\n", 400},
        {"GET / HTTP/1.1\r\nHost: h\r\n", 400},
        {"", 400},
    };
    for (const auto& [head, status] : cases) {
        INFO(head);
        auto result = check(head);
        CHECK(result.status == status);
        CHECK_FALSE(result.keep_alive);
    }
}

TEST_CASE("the number of fields is limited") {
    std::string fields;
    for (int i = 0; i < 99; ++i) fields += "A: 1\r\n";
    CHECK(check(with(fields)).status == 0);
    CHECK(check(with(fields + "A: 1\r\n")).status == 431);
}

TEST_CASE("the end of a head is found however it arrives") {
    auto head = with("A: 1\r\n");
    auto bytes = head + "body\r\n\r\n";
    std::size_t scanned = 0;
    for (std::size_t size = 0; size < head.size(); ++size) {
        REQUIRE(find_head_end(std::string_view(bytes).substr(0, size), scanned).state == HeadEnd::State::more);
    }
    auto end = find_head_end(bytes, scanned);
    CHECK(end.state == HeadEnd::State::complete);
    CHECK(end.size == head.size());
    for (const auto& bad : {"GET / HTTP/1.1\nHost: h\n\n"s, "GET / HTTP/1.1\r\nHost: h\n\r\n"s, "GET /\rX HTTP/1.1"s,
                            "\x16\x03\x01"s, " GET"s, "\r\n"s}) {
        scanned = 0;
        CHECK(find_head_end(bad, scanned).state == HeadEnd::State::malformed);
    }
}

TEST_CASE("targets are split and decoded") {
    auto target = parse_target("/a%20b/c?x=%20&y");
    REQUIRE(target);
    CHECK(target->path == "/a b/c");
    CHECK(target->raw_path == "/a%20b/c");
    CHECK(target->query == "x=%20&y");
    for (const auto* bad :
         {"/%", "/%0", "/%zz", "/%00", "/a%0Ab", "/..", "/a/../b", "/%2e%2e/x", "/a/%2e", "/a%2f..%2fb"}) {
        INFO(bad);
        CHECK_FALSE(parse_target(bad));
    }
    CHECK(parse_target("/..a/.b/c..")->path == "/..a/.b/c..");
}
