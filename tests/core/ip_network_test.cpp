#include "core/ip_network.hpp"

#include <catch2/catch.hpp>

using namespace parley;

TEST_CASE("addresses have one spelling") {
    const auto spelt = [](const char* text) {
        const auto address = IpAddress::parse(text);
        return address ? address->text() : "none";
    };
    CHECK(spelt("192.0.2.1") == "192.0.2.1");
    CHECK(spelt("::ffff:192.0.2.1") == "192.0.2.1");
    CHECK(spelt("2001:DB8:0:0::0001") == "2001:db8::1");
    for (const char* wrong : {"", "192.0.2", "192.0.2.1:80", "[::1]", "fe80::1%eth0", "0x7f.1", "localhost", " ::1"})
        CHECK(spelt(wrong) == "none");
}

TEST_CASE("a network holds its addresses and no others") {
    struct Row {
        const char *network, *inside, *outside;
    };
    const Row rows[] = {
        {"10.0.0.0/8", "10.255.0.1", "11.0.0.0"},
        {"10.0.0.5/8", "10.1.2.3", "9.255.255.255"},
        {"192.168.4.0/22", "192.168.7.255", "192.168.8.0"},
        {"127.0.0.1", "127.0.0.1", "127.0.0.2"},
        {"127.0.0.1", "::ffff:127.0.0.1", "::1"},
        {"fd00::/8", "fdff::1", "fe00::"},
        {"2001:db8::/33", "2001:db8:7fff::", "2001:db8:8000::"},
        {"::1", "::1", "0.0.0.1"},
    };
    for (const auto& row : rows) {
        CAPTURE(row.network);
        const auto network = IpNetwork::parse(row.network);
        REQUIRE(network);
        CHECK(network->contains(*IpAddress::parse(row.inside)));
        CHECK_FALSE(network->contains(*IpAddress::parse(row.outside)));
    }
    for (const char* wrong : {"10.0.0.0/33", "10.0.0.0/", "10.0.0.0/-1", "10.0.0.0/8x", "::/129", "0.0.0.0/0", "::/0"})
        CHECK_FALSE(IpNetwork::parse(wrong));
}

TEST_CASE("a list of networks names what is none") {
    const auto list = IpNetwork::parse_list("127.0.0.1 , 10.0.0.0/8,::1");
    REQUIRE(list.has_value());
    CHECK(list->size() == 3);
    CHECK(IpNetwork::parse_list("")->empty());
    const auto wrong = IpNetwork::parse_list("127.0.0.1, proxy.local");
    REQUIRE_FALSE(wrong.has_value());
    CHECK(wrong.error().message == "\"proxy.local\" is no IP address and no network like 10.0.0.0/8");
}
