// The gate for URLs. Boost.URL 1.81 takes some texts apart differently from other parsers (host and path without a '/'
// between them, ports that wrap around), so its result is checked, put together again and compared with the text.
#include <boost/asio/ip/address_v4.hpp>
#include <boost/asio/ip/address_v6.hpp>
#include <boost/url/parse.hpp>
#include <boost/url/url_view.hpp>
#include <charconv>

#include "net/client.hpp"
#include "net/grammar.hpp"

namespace parley::net {

namespace urls = boost::urls;

namespace {

Error bad_url(const char* why) {
    return make_error(Errc::invalid, std::string("not a usable URL: ") + why);
}

bool is_name_char(char c) {
    return grammar::is_digit(c) || (c >= 'a' && c <= 'z') || c == '-' || c == '_' || c == '.';
}

// "127.1", "0x7f.0.0.1" and "2130706433" are addresses for some resolvers and names for others.
bool ends_in_number(std::string_view host) {
    auto label = host.substr(host.rfind('.') + 1);
    return grammar::is_digits(label) || label.starts_with("0x");
}

bool is_plain_host(const std::string& host) {
    if (host.empty() || host.size() > 253) return false;
    for (char c : host) {
        if (!is_name_char(c)) return false;
    }
    if (host.front() == '.' || host.back() == '.' || host.find("..") != std::string::npos) return false;
    if (!ends_in_number(host)) return true;
    boost::system::error_code error;
    auto address = boost::asio::ip::make_address_v4(host, error);
    return !error && address.to_string() == host;
}

// Host and port as they stand in the text, without any parser's help: what follows "//" up to the first of "/?#".
std::string_view raw_authority(std::string_view text) {
    auto start = text.find("://");
    if (start == std::string_view::npos) return {};
    text.remove_prefix(start + 3);
    return text.substr(0, text.find_first_of("/?#"));
}

std::string lower(std::string_view text) {
    std::string out(text);
    for (char& c : out) c = grammar::to_lower(c);
    return out;
}

std::string to_string(urls::string_view text) {
    return {text.data(), text.size()};
}

const char* take_host(const urls::url_view& url, Url& out) {
    out.host = lower(to_string(url.encoded_host()));
    if (out.host.starts_with('[')) {
        out.host = out.host.substr(1, out.host.size() - 2);
        boost::system::error_code error;
        auto address = boost::asio::ip::make_address_v6(out.host, error);
        if (error || address.scope_id() != 0) return "the IPv6 address is malformed";
        return nullptr;
    }
    return is_plain_host(out.host) ? nullptr : "the host is malformed";
}

const char* take_port(const urls::url_view& url, Url& out) {
    out.port = out.tls ? 443 : 80;
    if (!url.has_port()) return nullptr;
    auto text = to_string(url.port());
    unsigned value = 0;
    std::from_chars(text.data(), text.data() + text.size(), value);
    if (text.size() > 5 || !grammar::is_digits(text) || value < 1 || value > 65535)
        return "the port must be 1 to 65535";
    out.port = static_cast<std::uint16_t>(value);
    return nullptr;
}

}  // namespace

Result<Url> parse_url(std::string_view text) {
    if (text.size() > 8192) return bad_url("it is longer than 8192 characters");
    for (unsigned char c : text) {
        if (c <= 0x20 || c >= 0x7f || c == '\\') return bad_url("it contains a character that must be percent-encoded");
    }
    auto parsed = urls::parse_uri(urls::string_view(text.data(), text.size()));
    if (!parsed) return bad_url("it is malformed");
    const urls::url_view& url = *parsed;
    Url out;
    out.tls = url.scheme_id() == urls::scheme::https;
    if (!out.tls && url.scheme_id() != urls::scheme::http) return bad_url("only http:// and https:// are known here");
    if (!url.has_authority()) return bad_url("the host is missing");
    if (url.has_userinfo()) return bad_url("a name or password before the host is not allowed");
    if (const char* why = take_host(url, out)) return bad_url(why);
    if (const char* why = take_port(url, out)) return bad_url(why);
    auto path = to_string(url.encoded_path());
    if (!path.empty() && path.front() != '/') return bad_url("the host is malformed");
    auto again = to_string(url.encoded_host()) + (url.has_port() ? ":" + to_string(url.port()) : "");
    if (again != raw_authority(text)) return bad_url("the host is malformed");
    out.target = path.empty() ? "/" : path;
    if (url.has_query()) out.target += "?" + to_string(url.encoded_query());
    return out;
}

}  // namespace parley::net
