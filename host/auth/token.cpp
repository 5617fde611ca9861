#include "auth/token.hpp"

#include "core/crypto.hpp"
#include "core/text.hpp"
#include "net/websocket.hpp"

namespace parley::auth {
namespace {

constexpr std::size_t random_bytes = 32, prefix_length = 4;
constexpr std::string_view token_prefix = "plt_", key_prefix = "plk_";
constexpr std::string_view subprotocol_prefix = "parley.token.";

bool is_websocket(const net::Request& request) {
    return text::equal_ignoring_case(text::trim(request.headers.get("Upgrade")), "websocket");
}

// The offered subprotocol that carries the token; empty: none does.
std::string token_subprotocol(const net::Request& request) {
    for (auto& one : net::offered_subprotocols(request))
        if (one.starts_with(subprotocol_prefix)) return std::move(one);
    return {};
}

}  // namespace

Secret make_token() {
    return Secret(std::string(token_prefix) + crypto::random_hex(random_bytes));
}

Secret make_api_key() {
    return Secret(std::string(key_prefix) + crypto::random_hex(random_bytes));
}

std::optional<TokenKind> token_kind(std::string_view text) {
    if (text.size() != prefix_length + 2 * random_bytes) return std::nullopt;
    for (const char c : text.substr(prefix_length))
        if (!((c >= '0' && c <= '9') || (c >= 'a' && c <= 'f'))) return std::nullopt;
    if (text.starts_with(token_prefix)) return TokenKind::token;
    if (text.starts_with(key_prefix)) return TokenKind::api_key;
    return std::nullopt;
}

std::string token_hash(std::string_view text) {
    return crypto::sha256_hex(text);
}

Secret token_of(const net::Request& request) {
    constexpr std::string_view scheme = "Bearer ";
    const std::string_view given = request.headers.get("Authorization");
    if (text::starts_with_ignoring_case(given, scheme))
        return Secret(std::string(text::trim(given.substr(scheme.size()))));
    if (!is_websocket(request)) return Secret();
    if (const auto offered = token_subprotocol(request); !offered.empty())
        return Secret(offered.substr(subprotocol_prefix.size()));
    return Secret(request.query_value("token").value_or(""));
}

std::string accepted_subprotocol(const net::Request& request) {
    return is_websocket(request) ? token_subprotocol(request) : std::string();
}

}  // namespace parley::auth
