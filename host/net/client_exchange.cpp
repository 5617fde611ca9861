#include "net/client_exchange.hpp"

#include <array>

#include "net/client_core.hpp"
#include "net/grammar.hpp"

namespace parley::net {

namespace {

std::string origin(const Url& url) {
    std::string out = url.tls ? "https://" : "http://";
    out += url.host.find(':') == std::string::npos ? url.host : "[" + url.host + "]";
    if (url.port != (url.tls ? 443 : 80)) out += ":" + std::to_string(url.port);
    return out;
}

bool is_reserved(std::string_view name) {
    static constexpr std::array<std::string_view, 10> reserved{
        "host", "content-length", "transfer-encoding", "connection", "keep-alive",
        "te",   "trailer",        "upgrade",           "expect",     "proxy-connection"};
    for (auto own : reserved) {
        if (grammar::same_name(name, own)) return true;
    }
    return false;
}

// A Location in full. Relative ones are put after what they are relative to; the gate looks at the result.
std::string absolute_location(const Url& base, std::string_view location) {
    auto colon = location.find(':');
    if (colon != std::string_view::npos && colon < location.find_first_of("/?#")) return std::string(location);
    if (location.starts_with("//")) return (base.tls ? "https:" : "http:") + std::string(location);
    auto path = base.target.substr(0, base.target.find('?'));
    if (location.starts_with('/')) {
        path.clear();
    } else if (!location.starts_with('?') && !location.starts_with('#')) {
        path.erase(path.rfind('/') + 1);
    }
    return origin(base) + path + std::string(location);
}

bool is_redirect(int status) {
    return status == 301 || status == 302 || status == 303 || status == 307 || status == 308;
}

}  // namespace

std::string pool_key(const Url& url, Reach reach) {
    std::string key;
    key.reserve(url.host.size() + 8);
    key += url.tls ? 's' : 'p';
    key += reach == Reach::any ? 'a' : 'o';
    key += std::to_string(url.port);
    key += ' ';
    key += url.host;
    return key;
}

std::optional<Error> check_request(const ClientRequest& request) {
    if (request.method.size() > 32 || !grammar::is_token(request.method) || request.method == "CONNECT") {
        return make_error(Errc::invalid, "not a usable HTTP method");
    }
    // Headers has refused what could end a line already.
    for (const auto& [name, value] : request.headers.all()) {
        if (is_reserved(name)) return make_error(Errc::invalid, "the header " + name + " is set by the client itself");
    }
    return std::nullopt;
}

std::string write_head(const ClientRequest& request, const Url& url) {
    std::string head;
    head.reserve(512);
    auto host = origin(url).substr(url.tls ? 8 : 7);
    head.append(request.method)
        .append(" ")
        .append(url.target)
        .append(" HTTP/1.1\r\nHost: ")
        .append(host)
        .append("\r\n");
    if (!request.headers.has("User-Agent")) head.append("User-Agent: parley/" PARLEY_VERSION "\r\n");
    for (const auto& [name, value] : request.headers.all()) {
        head.append(name).append(": ").append(value).append("\r\n");
    }
    bool says_length = request.method == "POST" || request.method == "PUT" || request.method == "PATCH";
    const auto length = request.body.size() + (request.file ? request.file->size() : 0) + request.body_end.size();
    if (length > 0 || says_length) head.append("Content-Length: ").append(std::to_string(length)).append("\r\n");
    head.append("\r\n");
    return head;
}

Result<bool> follow_redirect(Exchange& exchange, const ClientResponse& response) {
    auto& request = exchange.request;
    auto location = response.headers.get("Location");
    if (request.redirects == 0 || !is_redirect(response.status) || location.empty()) return false;
    if (exchange.redirects_left == 0) return make_error(Errc::unavailable, "too many redirects");
    --exchange.redirects_left;
    auto url = parse_url(absolute_location(exchange.url, location));
    if (!url) return url.error();
    if (exchange.url.tls && !url->tls) return make_error(Errc::denied, "a redirect from https to http is not followed");
    if (origin(*url) != origin(exchange.url)) {
        request.headers.remove("Authorization");
        request.headers.remove("Cookie");
        // The operator trusts the address that stands in the configuration, not what it points at.
        exchange.reach = Reach::public_only;
    }
    bool becomes_get =
        response.status == 303 ? request.method != "HEAD" : response.status <= 302 && request.method == "POST";
    if (becomes_get) {
        request.method = "GET";
        request.body.clear();
        request.file.reset();
        request.body_end.clear();
        request.headers.remove("Content-Type");
    }
    exchange.url = std::move(*url);
    return true;
}

}  // namespace parley::net
