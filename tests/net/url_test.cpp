#include <catch2/catch.hpp>
#include <string>

#include "net/client.hpp"

using namespace parley::net;
using namespace std::string_literals;

TEST_CASE("good URLs come apart as everybody would take them apart") {
    struct Case {
        const char* text;
        bool tls;
        const char* host;
        int port;
        const char* target;
    };
    const Case cases[] = {
        {"http://example.org", false, "example.org", 80, "/"},
        {"HTTPS://Example.ORG/A?b=c#frag", true, "example.org", 443, "/A?b=c"},
        {"https://example.org:8443?x", true, "example.org", 8443, "/?x"},
        {"http://127.0.0.1:3000/a%20b", false, "127.0.0.1", 3000, "/a%20b"},
        {"http://[::1]:80/x", false, "::1", 80, "/x"},
        {"http://[2001:DB8::1]/", false, "2001:db8::1", 80, "/"},
        {"http://a_b.example-1.org/#", false, "a_b.example-1.org", 80, "/"},
        {"http://xn--bcher-kva.example/", false, "xn--bcher-kva.example", 80, "/"},
        {"http://h/?", false, "h", 80, "/?"},
        {"http://h/@x:y//z", false, "h", 80, "/@x:y//z"},
        {"http://7eleven.com/", false, "7eleven.com", 80, "/"},
    };
    for (const auto& expected : cases) {
        INFO(expected.text);
        auto url = parse_url(expected.text);
        REQUIRE(url.has_value());
        CHECK(url->tls == expected.tls);
        CHECK(url->host == expected.host);
        CHECK(url->port == expected.port);
        CHECK(url->target == expected.target);
    }
}

TEST_CASE("URLs that parsers could disagree about are refused") {
    const std::string cases[] = {
        // the traps of Boost.URL 1.81
        "http://127.0.0.1.nip.io/p",
        "http://user@127.0.0.1@evil.com/",
        "http://[::1]x/",
        "http://h:99999/",
        "http://h:65536/",
        "http://h:0/",
        "http://h:000080/",
        "http://h:/",
        "http://h:-1/",
        "http://h:8a/",
        // user info
        "http://user@h/",
        "http://user:pw@h/",
        "http://@h/",
        "http://:@h/",
        "http://h%40evil.com/",
        "http://good.com@127.0.0.1/",
        "http://good.com%2540127.0.0.1/",
        // odd numbers that some resolvers take for addresses
        "http://127.1/",
        "http://2130706433/",
        "http://0x7f.1/",
        "http://0177.0.0.1/",
        "http://017700000001/",
        "http://0/",
        "http://0x7f000001/",
        "http://127.0.0.1./",
        "http://127.0.0.01/",
        "http://127.0.0.256/",
        "http://1.2.3.4.5/",
        "http://a.0x1/",
        // encoded and otherwise dressed-up hosts
        "http://%31%32%37.0.0.1/",
        "http://127%2e0.0.1/",
        "http://loc%61lhost/",
        "http://\xe2\x91\xa0.com/",
        "http://ex\xc3\xa4mple.org/",
        "http://a..b/",
        "http://.a/",
        "http://a./",
        "http:///a",
        "http://",
        "http://?x",
        "http://#x",
        "http://[::1/",
        "http://::1/",
        "http://[]/",
        "http://[v1.x]/",
        "http://[fe80::1%25eth0]/",
        "http://[::1]:80:90/",
        "http://[1.2.3.4]/",
        "http://a,b/",
        "http://a;b/",
        "http://a!b/",
        "http://a*b/",
        "http://(a)/",
        "http://a=b/",
        // spaces, control characters, backslashes
        "http://h /",
        " http://h/",
        "http://h/ ",
        "http://h/a b",
        "http://h/\r\nX: 1",
        "http://h/\t",
        "http://h\\@evil/",
        "http:\\\\h/",
        "http://evil.com\\.good.com/",
        "http://h/\x7f",
        "http://h/\0x"s,
        "http://h\0.evil/"s,
        // other schemes and shapes
        "",
        "/a",
        "//h/a",
        "h/a",
        "ftp://h/",
        "file:///etc/passwd",
        "gopher://h:70/x",
        "javascript:alert(1)",
        "http:h/a",
        "http:/h/a",
        "https:h",
        "ws://h/",
        "http",
        "http://h/%zz",
        "http://h/%",
        "http://h/?a=%g",
        "http://h/[",
        "data:,x",
    };
    for (const auto& text : cases) {
        INFO(text);
        auto url = parse_url(text);
        if (url && text == "http://127.0.0.1.nip.io/p") {
            CHECK(url->host == "127.0.0.1.nip.io");
            CHECK(url->target == "/p");
        } else {
            CHECK_FALSE(url.has_value());
        }
    }
    CHECK_FALSE(parse_url("http://h/" + std::string(9000, 'a')).has_value());
    CHECK_FALSE(parse_url("http://" + std::string(254, 'a') + "/").has_value());
}
