// A URL that passes the gate has clean parts, and putting them together again gives a URL with the same parts.
#include <string>

#include "net/client.hpp"
#include "net/fuzz/entry.hpp"

PARLEY_FUZZ_ENTRY(parse_url) {
    using namespace parley::net;
    auto url = parse_url(std::string_view(reinterpret_cast<const char*>(data), size));
    if (!url) return 0;
    must(!url->host.empty() && url->port != 0 && url->target.starts_with('/'));
    must(url->host.find_first_of("@/\\?#%[] \r\n\t") == std::string::npos);
    for (unsigned char c : url->target) must(c > 0x20 && c < 0x7f);
    auto host = url->host.find(':') == std::string::npos ? url->host : "[" + url->host + "]";
    auto again = parse_url((url->tls ? "https://" : "http://") + host + ":" + std::to_string(url->port) + url->target);
    if (size > 8000) return 0;  // the port may make it too long
    must(again.has_value() && again->host == url->host && again->port == url->port && again->target == url->target);
    return 0;
}
