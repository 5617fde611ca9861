// A URL that passes the gate has clean parts, and putting them together again gives a URL with the same parts.
#include <string>

#include "net/client.hpp"
#include "support/fuzz.hpp"

namespace {

using namespace parley::net;
using parley::test::must;

void run(std::string_view bytes) {
    auto url = parse_url(bytes);
    if (!url) return;
    must(!url->host.empty() && url->port != 0 && url->target.starts_with('/'));
    must(url->host.find_first_of("@/\\?#%[] \r\n\t") == std::string::npos);
    for (unsigned char c : url->target) must(c > 0x20 && c < 0x7f);
    auto host = url->host.find(':') == std::string::npos ? url->host : "[" + url->host + "]";
    auto again = parse_url((url->tls ? "https://" : "http://") + host + ":" + std::to_string(url->port) + url->target);
    if (bytes.size() > 8000) return;  // the port may make it too long
    must(again.has_value() && again->host == url->host && again->port == url->port && again->target == url->target);
}

}  // namespace

const parley::test::FuzzTarget parley::test::fuzz_target{
    run,
    {"http://example.org/", "https://h:8443/a/b?c=d#e", "http://[2001:db8::1]:80/x", "http://127.0.0.1:3000",
     "http://a.b.c?x"},
    {"@", ":", "/", "//", "\\", "?", "#", "%", "%2e", "[", "]", "::1", "127.0.0.1", "0x7f", ".", "..", "99999", "\r\n",
     "user:pw@"}};
