#include "gpt/endpoint.hpp"

#include <array>

#include "core/text.hpp"
#include "net/client.hpp"

namespace parley::gpt {
namespace {

// What is local has no certificate as a rule.
bool looks_local(std::string_view authority) {
    const auto host = authority.substr(0, authority.rfind(':'));
    if (host == "localhost" || host.starts_with('[') || host.find('.') == std::string_view::npos) return true;
    if (host.ends_with(".local") || host.ends_with(".internal") || host.ends_with(".lan")) return true;
    return host.find_first_not_of("0123456789.") == std::string_view::npos;
}

// The address of a single call instead of the API's.
std::string_view without_call(std::string_view path) {
    static constexpr std::array<std::string_view, 9> calls{
        "/chat/completions",     "/completions",  "/responses",         "/models", "/embeddings", "/moderations",
        "/audio/transcriptions", "/audio/speech", "/images/generations"};
    for (const auto call : calls)
        if (path.ends_with(call)) return path.substr(0, path.size() - call.size());
    return path;
}

std::string origin_of(const net::Url& url) {
    std::string origin = url.tls ? "https://" : "http://";
    origin += url.host.find(':') == std::string::npos ? url.host : "[" + url.host + "]";
    if (url.port != (url.tls ? 443 : 80)) origin += ":" + std::to_string(url.port);
    return origin;
}

}  // namespace

Result<Endpoint> parse_endpoint(std::string_view text) {
    text = text::trim(text);
    std::string address(text.empty() ? "https://api.openai.com/v1" : text);
    if (address.find("://") == std::string::npos) {
        const auto authority = std::string_view(address).substr(0, address.find('/'));
        address = (looks_local(authority) ? "http://" : "https://") + address;
    }
    const auto url = net::parse_url(address);
    if (!url) {
        return make_error(Errc::invalid, "openai_base_url \"" + std::string(text) + "\" is no address: " +
                                             url.error().message + "; write it as http://localhost:11434/v1");
    }
    std::string_view path(url->target);
    path = path.substr(0, path.find('?'));
    const auto strip = [&path] {
        while (path.ends_with('/')) path.remove_suffix(1);
    };
    strip();
    path = without_call(path);
    strip();
    while (path.ends_with("/v1/v1")) path.remove_suffix(3);

    Endpoint endpoint;
    endpoint.origin = origin_of(*url);
    endpoint.openai = url->host == "api.openai.com" || url->host.ends_with(".api.openai.com");
    endpoint.path_known = !path.empty() || endpoint.openai;
    endpoint.base = endpoint.origin + (path.empty() ? "/v1" : std::string(path));
    return endpoint;
}

bool same_origin(const Endpoint& endpoint, std::string_view url) {
    const auto parsed = net::parse_url(url);
    return parsed && origin_of(*parsed) == endpoint.origin;
}

}  // namespace parley::gpt
