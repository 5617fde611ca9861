// The guard: with Reach::public_only no connection ever reaches a canary on this machine, however its address is
// written.
#include <catch2/catch.hpp>

#include "net/fixtures.hpp"
#include "net/raw_socket.hpp"

using namespace parley;
using namespace parley::net;
using namespace parley::test;

namespace {

// Hosts that mean this machine, its network or nothing at all.
const std::vector<std::string> hosts{
    // loopback in all its spellings
    "127.0.0.1",
    "127.0.0.2",
    "127.1.1.1",
    "127.255.255.254",
    "127.1",
    "127.0.1",
    "2130706433",
    "0x7f000001",
    "0x7f.1",
    "0x7f.0.0.1",
    "0177.0.0.1",
    "017700000001",
    "0177.0.0.01",
    "127.0.0.1.",
    "127.0.0.01",
    "00000127.0.0.1",
    "0",
    "0.0.0.0",
    "0.0.0.1",
    "0x0",
    "localhost",
    "LOCALHOST",
    "LocalHost",
    "localhost.",
    "[::1]",
    "[::]",
    "[0:0:0:0:0:0:0:1]",
    "[0000::0001]",
    "[::127.0.0.1]",
    // IPv4 inside IPv6
    "[::ffff:127.0.0.1]",
    "[::ffff:7f00:1]",
    "[::FFFF:7F00:0001]",
    "[0:0:0:0:0:ffff:7f00:1]",
    "[::ffff:0:127.0.0.1]",
    "[64:ff9b::127.0.0.1]",
    "[64:ff9b::7f00:1]",
    "[64:ff9b:1::7f00:1]",
    "[2002:7f00:1::]",
    "[2002:7f00:1::1]",
    "[2001:0:7f00:1::]",
    "[::ffff:10.0.0.1]",
    "[::ffff:169.254.169.254]",
    "[::ffff:a9fe:a9fe]",
    "[::ffff:192.168.0.1]",
    // encoded, dressed up, or with a name in front
    "%31%32%37.0.0.1",
    "127%2e0.0.1",
    "%6cocalhost",
    "127.0.0.1%00.example.org",
    "127.0.0.1%2f",
    "example.org@127.0.0.1",
    "example.org:80@127.0.0.1",
    "127.0.0.1@127.0.0.1",
    "a:b@127.0.0.1",
    "example.org%40127.0.0.1",
    "127.0.0.1\\@example.org",
    "example.org\\@127.0.0.1",
    "127.0.0.1#@example.org",
    "127.0.0.1?@example.org",
    "[::1%25lo]",
    "[::1%lo]",
    "\xe2\x91\xa0\xe2\x91\xa1\xe2\x91\xa6.0.0.1",
    "127\xe3\x80\x82"
    "0.0.1",
    "127.0.0.1 ",
    " 127.0.0.1",
    "127.0.0.1\t",
    "127.0.0.1\r\nX: y",
    "\r\n127.0.0.1",
    // the rest of the private world
    "10.0.0.1",
    "10.255.255.255",
    "172.16.0.1",
    "172.31.255.255",
    "192.168.0.1",
    "192.168.255.255",
    "169.254.169.254",
    "169.254.0.1",
    "100.64.0.1",
    "100.127.255.255",
    "192.0.0.1",
    "192.0.2.1",
    "192.88.99.1",
    "198.18.0.1",
    "198.19.255.255",
    "198.51.100.1",
    "203.0.113.1",
    "224.0.0.1",
    "239.255.255.255",
    "240.0.0.1",
    "255.255.255.255",
    "[fe80::1]",
    "[fc00::1]",
    "[fd12:3456::1]",
    "[fec0::1]",
    "[ff02::1]",
    "[100::1]",
    "[2001:db8::1]",
    "[3fff::1]",
    "[5f00::1]",
    "[2001:10::1]",
};

}  // namespace

TEST_CASE("no spelling of a private address is connected to") {
    REQUIRE(hosts.size() >= 80);
    TestServer canary([](Router& router) {
        router.add("GET", "/", [](Request, Responder respond) { respond(Response::text(200, "reached")); });
    });
    TestClient client;
    std::vector<std::future<ClientResult>> results;
    for (const auto& host : hosts) {
        ClientRequest request;
        request.url = "http://" + host + ":" + std::to_string(canary.port) + "/";
        request.redirects = 3;
        request.connect_timeout_ms = 10'000;
        results.push_back(client.start(std::move(request)));
    }
    for (std::size_t i = 0; i < hosts.size(); ++i) {
        INFO(hosts[i]);
        auto result = results[i].get();
        REQUIRE_FALSE(result.has_value());
        auto code = result.error().error.code;
        CHECK((code == Errc::denied || code == Errc::invalid));
        CHECK(result.error().progress == Progress::not_sent);
    }
    CHECK(canary.server->counters().connections_total == 0);
}

TEST_CASE("a connection that was opened for the operator is not lent to others") {
    TestServer canary([](Router& router) {
        router.add("GET", "/", [](Request, Responder respond) { respond(Response::text(200, "reached")); });
    });
    TestClient client;
    for (const std::string& host : {std::string("127.0.0.1"), std::string("localhost")}) {
        auto request = local_request(canary.port);
        request.url = "http://" + host + ":" + std::to_string(canary.port) + "/";
        CHECK(client.send(request)->body == "reached");  // pooled, and the name is known to the resolver
        request.reach = Reach::public_only;
        auto result = client.send(request);
        REQUIRE_FALSE(result.has_value());
        CHECK(result.error().error.code == Errc::denied);
    }
    CHECK(canary.server->counters().requests == 2);
}
