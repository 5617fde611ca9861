// Whose request it is, behind proxies and behind those who pretend to be one.
#include "net/forwarded.hpp"

#include <catch2/catch.hpp>

using namespace parley;
using namespace parley::net;

namespace {

using Fields = std::vector<std::pair<std::string, std::string>>;

std::string client(const Fields& fields, const std::string& peer = "10.0.0.1",
                   const std::string& trusted = "10.0.0.0/8, fd00::/8") {
    Headers headers;
    for (const auto& [name, value] : fields) headers.add(name, value);
    return client_address(headers, peer, IpNetwork::parse_list(trusted).value());
}

std::string listed(const std::string& value) {
    return client({{"X-Forwarded-For", value}});
}
std::string standard(const std::string& value) {
    return client({{"Forwarded", value}});
}

}  // namespace

TEST_CASE("nobody is believed unless it is said who may be") {
    const Fields claim{{"X-Forwarded-For", "203.0.113.9"}, {"Forwarded", "for=203.0.113.9"}};
    CHECK(client(claim, "10.0.0.1", "") == "10.0.0.1");
    CHECK(client(claim, "198.51.100.7") == "198.51.100.7");
    CHECK(client(claim, "local") == "local");
    CHECK(client({}, "10.0.0.1") == "10.0.0.1");
}

TEST_CASE("the client is the last address that no trusted proxy has") {
    CHECK(listed("203.0.113.9") == "203.0.113.9");
    CHECK(listed("203.0.113.9, 10.1.1.1, 10.2.2.2") == "203.0.113.9");
    CHECK(listed("10.5.5.5, 10.1.1.1") == "10.5.5.5");  // a client of the inner network
    CHECK(client({{"X-Forwarded-For", "203.0.113.9"}}, "fd00::1") == "203.0.113.9");
}

TEST_CASE("what a client writes itself changes nothing") {
    CHECK(listed("1.2.3.4, 203.0.113.9") == "203.0.113.9");
    CHECK(listed("10.9.9.9, 203.0.113.9") == "203.0.113.9");
    CHECK(listed("127.0.0.1,,; 203.0.113.8, 203.0.113.9") == "203.0.113.9");
    CHECK(listed("1.2.3.4, 203.0.113.9, 10.1.1.1") == "203.0.113.9");
    // A field of its own before the proxy's.
    CHECK(client({{"X-Forwarded-For", "1.2.3.4"}, {"x-forwarded-for", "203.0.113.9"}}) == "203.0.113.9");
    CHECK(standard("for=1.2.3.4, for=203.0.113.9") == "203.0.113.9");
    CHECK(client({{"Forwarded", "for=1.2.3.4"}, {"Forwarded", "for=203.0.113.9"}}) == "203.0.113.9");
    // Quotes that swallow what the proxy wrote behind them.
    CHECK(listed("1.2.3.4;x=\", 203.0.113.9") == "203.0.113.9");
    for (const char* theirs : {"for=1.2.3.4;x=\"", "for=1.2.3.4;x=\"\\", "for=1.2.3.4;x=\"a\\\"", "\""}) {
        CAPTURE(theirs);
        CHECK(standard(std::string(theirs) + ", for=203.0.113.9") == "10.0.0.1");
        CHECK(standard(std::string(theirs) + ", for=\"[2001:db8::1]:4711\"") == "10.0.0.1");
        CHECK(client({{"Forwarded", theirs}, {"Forwarded", "for=203.0.113.9"}}) == "203.0.113.9");
    }
    CHECK(standard("for=1.2.3.4;x=\"\", for=203.0.113.9") == "203.0.113.9");
    // The header that the proxy does not write.
    CHECK(client({{"X-Forwarded-For", "203.0.113.9"}, {"Forwarded", "for=1.2.3.4"}}) == "10.0.0.1");
    CHECK(client({{"X-Forwarded-For", "1.2.3.4"}, {"Forwarded", "for=203.0.113.9"}}) == "10.0.0.1");
    CHECK(client({{"X-Forwarded-For", "203.0.113.9"}, {"Forwarded", "for=203.0.113.9"}}) == "203.0.113.9");
}

TEST_CASE("a hop without an address ends the search at the proxy that told of it") {
    for (const char* hop : {"unknown", "_hidden", "", "proxy.local", "fe80::1%eth0", "1.2.3.4:http", "[::1", "[::1]x",
                            "[::1]:", "1.2.3", "256.1.1.1"}) {
        CAPTURE(hop);
        CHECK(listed("203.0.113.9, " + std::string(hop)) == "10.0.0.1");
        CHECK(listed(std::string(hop) + ", 10.1.1.1") == "10.1.1.1");
    }
    CHECK(standard("proto=https") == "10.0.0.1");
    CHECK(standard("for=unknown") == "10.0.0.1");
    CHECK(standard("for=\"_gazonk\", for=10.1.1.1") == "10.1.1.1");
}

TEST_CASE("addresses are read as proxies write them, and have one spelling") {
    CHECK(listed("203.0.113.9:4711") == "203.0.113.9");
    CHECK(listed("2001:DB8::0001") == "2001:db8::1");
    CHECK(listed("[2001:db8::1]") == "2001:db8::1");
    CHECK(listed("[2001:db8::1]:4711") == "2001:db8::1");
    CHECK(listed("::ffff:203.0.113.9") == "203.0.113.9");
    CHECK(standard("For=\"[2001:db8:cafe::17]:4711\"") == "2001:db8:cafe::17");
    CHECK(standard("proto=http;by=203.0.113.43;for=192.0.2.60") == "192.0.2.60");
    CHECK(standard("by=\"a,b;for=1.2.3.4\";for=192.0.2.60, for=10.1.1.1;secret=\"x,y\"") == "192.0.2.60");
    CHECK(standard("host=\"\\\",for=1.2.3.4\";for=192.0.2.60") == "192.0.2.60");
}
