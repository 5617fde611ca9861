#include "channels/twilio/signature.hpp"

#include <algorithm>
#include <vector>

#include "core/text.hpp"

namespace parley::channels {

namespace {

constexpr std::size_t kMaxFields = 1'000;

std::string_view without_port(std::string_view authority, std::string_view& port) {
    const std::size_t colon = authority.rfind(':');
    const bool has_port = colon != std::string_view::npos && authority.find(']', colon) == std::string_view::npos;
    port = has_port ? authority.substr(colon) : std::string_view();
    return has_port ? authority.substr(0, colon) : authority;
}

bool is_form(const net::Request& request) {
    const std::string_view type = request.headers.get("Content-Type");
    return text::equal_ignoring_case(text::trim(type.substr(0, type.find(';'))), "application/x-www-form-urlencoded");
}

// Escapes what `must` tells and leaves the rest alone, escapes included.
template <class Predicate>
std::string escape(std::string_view text, Predicate must) {
    static constexpr char kHex[] = "0123456789ABCDEF";
    std::string out;
    for (const char c : text) {
        const auto byte = static_cast<unsigned char>(c);
        if (must(c))
            out.append("%").append(1, kHex[byte >> 4]).append(1, kHex[byte & 15]);
        else
            out.push_back(c);
    }
    return out;
}

// As a browser would send it (WHATWG URL: the query percent-encode set).
std::string as_browsers_write(std::string_view query) {
    return escape(query, [](char c) {
        const auto byte = static_cast<unsigned char>(c);
        return byte <= 0x20 || byte >= 0x7F || std::string_view("\"#<>'").find(c) != std::string_view::npos;
    });
}

// As node's querystring module writes it: decoded, then all but letters, digits and !'()*-._~ escaped, spaces too.
std::string as_node_writes(std::string_view query) {
    const Result<net::FormFields> fields = net::form_decode(query);
    if (!fields) return std::string(query);
    const auto component = [](std::string_view text) {
        return escape(text, [](char c) {
            const bool letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
            return !letter && std::string_view("!'()*-._~").find(c) == std::string_view::npos;
        });
    };
    std::string out;
    for (const auto& [name, value] : *fields) {
        if (!out.empty()) out.push_back('&');
        out.append(component(name)).append("=").append(component(value));
    }
    return out;
}

// What stands behind the URL in the signed text. What is not a form is vouched for by a digest in the URL, which is
// signed.
Result<std::string> parameters_of(const net::Request& request) {
    if (const std::optional<std::string> digest = request.query_value("bodySHA256")) {
        if (crypto::equal_constant_time(text::to_lower_ascii(*digest), crypto::sha256_hex(request.body)))
            return std::string();
        return make_error(Errc::unauthorized, "the body of the webhook is not the one whose digest is in its URL");
    }
    if (is_form(request)) {
        Result<net::FormFields> fields = net::form_decode(request.body);
        if (!fields) return make_error(Errc::unauthorized, fields.error().message);
        if (fields->size() > kMaxFields) return make_error(Errc::unauthorized, "the form has too many fields");
        return signed_parameters(std::move(*fields));
    }
    if (request.body.empty()) return std::string();
    return make_error(Errc::unauthorized,
                      "the webhook is neither a form nor has its URL a bodySHA256: nothing vouches for its body");
}

// Path and query as they came, and as Twilio's own libraries try them as well: it is not consistent about escapes.
std::vector<std::string> spellings(const std::string& target) {
    std::vector<std::string> all{target};
    const std::size_t mark = target.find('?');
    if (mark == std::string::npos) return all;
    const std::string_view query = std::string_view(target).substr(mark + 1);
    for (const std::string& written : {as_browsers_write(query), as_node_writes(query)}) {
        std::string other = target.substr(0, mark + 1) + written;
        if (std::find(all.begin(), all.end(), other) == all.end()) all.push_back(std::move(other));
    }
    return all;
}

}  // namespace

std::string signed_parameters(net::FormFields fields) {
    std::sort(fields.begin(), fields.end());
    fields.erase(std::unique(fields.begin(), fields.end()), fields.end());
    std::string out;
    for (const auto& [name, value] : fields) out.append(name).append(value);
    return out;
}

TwilioSignature::TwilioSignature(const TwilioConfig& config) {
    if (!config.auth_token.empty()) hmac_.emplace(config.auth_token);
    std::string_view url = text::trim(config.public_url);
    url = url.substr(0, url.find_first_of("?#"));
    while (url.ends_with('/')) url.remove_suffix(1);
    const std::size_t scheme = url.find("://");
    if (scheme == std::string_view::npos) return;  // verify() says that there is no public URL
    const std::size_t start = scheme + 3;
    const std::size_t path = std::min(url.find('/', start), url.size());
    std::string_view port;
    const std::string_view host = without_port(url.substr(start, path - start), port);
    if (host.empty()) return;
    origin_ = std::string(url.substr(0, start)).append(host);
    port_ = !port.empty() ? std::string(port) : text::starts_with_ignoring_case(url, "https://") ? ":443" : ":80";
    base_path_ = std::string(url.substr(path));
}

bool TwilioSignature::matches(std::string_view given, const std::string& url, const std::string& parameters) const {
    return crypto::equal_constant_time(given, crypto::base64_encode(hmac_->mac(url + parameters)));
}

Result<void> TwilioSignature::verify(const net::Request& request) const {
    if (!hmac_) {
        return make_error(Errc::unauthorized, "no auth token is configured: set TWILIO_AUTH_TOKEN to the account's");
    }
    if (origin_.empty()) {
        return make_error(Errc::unauthorized,
                          "no public URL is configured: Twilio signs it, so set PUBLIC_URL to what the webhook's "
                          "address in Twilio's console begins with, like https://bot.example.com");
    }
    const std::string_view given = request.headers.get("X-Twilio-Signature");
    if (given.empty()) return make_error(Errc::unauthorized, "the webhook carries no X-Twilio-Signature");
    const Result<std::string> parameters = parameters_of(request);
    if (!parameters) return parameters.error();

    for (const std::string& target : spellings(request.target)) {
        const std::string tail = base_path_ + target;
        if (matches(given, origin_ + tail, *parameters) || matches(given, origin_ + port_ + tail, *parameters))
            return {};
    }
    const std::string path = request.target.substr(0, request.target.find('?'));
    return make_error(Errc::unauthorized, "the X-Twilio-Signature does not match " + origin_ + base_path_ + path +
                                              ": is that the URL in Twilio's console, and TWILIO_AUTH_TOKEN the "
                                              "primary auth token of the account (API keys sign no webhooks)?");
}

}  // namespace parley::channels
