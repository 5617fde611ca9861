#include "net/forwarded.hpp"

#include <algorithm>

#include "net/grammar.hpp"

namespace parley::net {
namespace {

using Hops = std::vector<std::optional<IpAddress>>;  // from the client on; none: it does not say

// "192.0.2.1", "192.0.2.1:4711", "2001:db8::1", "[2001:db8::1]", "[2001:db8::1]:4711"; proxies write all of them.
std::optional<IpAddress> node(std::string_view text) {
    if (text.starts_with('[')) {
        const auto end = text.find(']');
        if (end == std::string_view::npos) return std::nullopt;
        const auto rest = text.substr(end + 1);
        if (!rest.empty() && (rest.front() != ':' || !grammar::is_digits(rest.substr(1)))) return std::nullopt;
        return IpAddress::parse(text.substr(1, end - 1));
    }
    const auto colon = text.find(':');
    const bool has_port = colon != std::string_view::npos && text.find(':', colon + 1) == std::string_view::npos;
    if (has_port && !grammar::is_digits(text.substr(colon + 1))) return std::nullopt;
    return IpAddress::parse(has_port ? text.substr(0, colon) : text);
}

// Up to `end`, but not inside quotes. None: they do not end.
std::optional<std::string_view> take_up_to(char end, std::string_view& rest) {
    bool quoted = false;
    std::size_t at = 0;
    for (; at < rest.size() && (quoted || rest[at] != end); ++at) {
        if (rest[at] == '"') quoted = !quoted;
        if (quoted && rest[at] == '\\') ++at;
    }
    if (quoted) return std::nullopt;
    const auto out = grammar::trim(rest.substr(0, at));
    rest.remove_prefix(std::min(at + 1, rest.size()));
    return out;
}

std::string_view unquoted(std::string_view value) {
    const bool quoted = value.size() >= 2 && value.starts_with('"') && value.ends_with('"');
    return quoted ? value.substr(1, value.size() - 2) : value;  // no address has a character to be escaped
}

// for=192.0.2.43;proto=https, for="[2001:db8::1]:4711"
std::optional<IpAddress> forwarded_for(std::string_view element) {
    while (!element.empty()) {
        const auto pair = take_up_to(';', element);
        if (!pair) break;
        const auto equals = pair->find('=');
        if (equals != std::string_view::npos && grammar::same_name(pair->substr(0, equals), "for"))
            return node(unquoted(pair->substr(equals + 1)));
    }
    return std::nullopt;
}

// A quote that a client opens must not swallow what the proxy wrote behind it: such a field tells of nobody.
void add_standard(Hops& hops, std::string_view rest) {
    Hops found;
    do {
        const auto element = take_up_to(',', rest);
        if (!element) return hops.push_back(std::nullopt);
        found.push_back(forwarded_for(*element));
    } while (!rest.empty());
    hops.insert(hops.end(), found.begin(), found.end());
}

void add_listed(Hops& hops, std::string_view rest) {
    do {
        const auto comma = rest.find(',');
        hops.push_back(node(grammar::trim(rest.substr(0, comma))));
        rest.remove_prefix(comma == std::string_view::npos ? rest.size() : comma + 1);
    } while (!rest.empty());
}

Hops hops_of(const Headers& headers, std::string_view name, void (*add)(Hops&, std::string_view)) {
    Hops hops;
    for (const auto& [field, value] : headers.all()) {
        if (grammar::same_name(field, name)) add(hops, value);
    }
    return hops;
}

IpAddress client_of(const Hops& hops, IpAddress peer, const std::vector<IpNetwork>& trusted) {
    const auto is_trusted = [&](const IpAddress& one) {
        return std::any_of(trusted.begin(), trusted.end(), [&](const auto& network) { return network.contains(one); });
    };
    for (auto hop = hops.rbegin(); hop != hops.rend() && is_trusted(peer); ++hop) {
        if (!*hop) break;
        peer = **hop;
    }
    return peer;
}

}  // namespace

std::string client_address(const Headers& headers, const std::string& peer, const std::vector<IpNetwork>& trusted) {
    const auto connected = IpAddress::parse(peer);
    if (trusted.empty() || !connected) return peer;
    const auto listed = hops_of(headers, "X-Forwarded-For", add_listed);
    const auto standard = hops_of(headers, "Forwarded", add_standard);
    const auto client = client_of(listed.empty() ? standard : listed, *connected, trusted);
    if (!listed.empty() && !standard.empty() && !(client_of(standard, *connected, trusted) == client)) return peer;
    return client.text();
}

}  // namespace parley::net
