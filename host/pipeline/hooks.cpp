#include "pipeline/hooks.hpp"

#include <algorithm>
#include <array>
#include <boost/json.hpp>

#include "core/crypto.hpp"
#include "core/ids.hpp"
#include "core/text.hpp"

namespace parley::pipeline {
namespace {

constexpr std::size_t longest_key = 200;

// Not for plugins: they prove who asks.
bool is_proof(const std::string& lower_name) {
    constexpr std::array<std::string_view, 5> proofs{"authorization", "cookie", "proxy-authorization",
                                                     "x-hub-signature", "x-hub-signature-256"};
    return std::find(proofs.begin(), proofs.end(), lower_name) != proofs.end();
}

std::string head_of(const net::Request& request, std::string_view path) {
    boost::json::object headers;
    for (const auto& [name, value] : request.headers.all()) {
        const auto lower = text::to_lower_ascii(name);
        if (!is_proof(lower) && text::is_storable(value)) headers.emplace(lower, value);
    }
    boost::json::object head;
    head["path"] = path;
    head["query"] = request.query;
    head["headers"] = std::move(headers);
    return boost::json::serialize(head);
}

std::string_view key_of(const net::Request& request) {
    for (const auto* name : {"Idempotency-Key", "Webhook-Id", "X-GitHub-Delivery"}) {
        if (const auto key = text::trim(request.headers.get(name)); !key.empty()) return key;
    }
    return {};
}

}  // namespace

std::string hook_secret_setting(std::string_view plugin) {
    return "hook_secret_" + std::string(plugin);
}

Result<void> check_hook_secret(const net::Request& request, const std::string& secret) {
    if (secret.empty())
        return make_error(Errc::denied,
                          "posts to this plugin are closed, because no secret is set for them: an admin sets the "
                          "setting hook_secret_<plugin>");
    if (const auto signature = request.headers.get("X-Hub-Signature-256"); !signature.empty()) {
        const auto right = "sha256=" + crypto::HmacSha256(Secret(secret)).mac_hex(request.body);
        if (crypto::equal_constant_time(signature, right)) return {};
        return make_error(Errc::unauthorized, "X-Hub-Signature-256 is not that of this body with the plugin's secret");
    }
    constexpr std::string_view scheme = "Bearer ";
    const auto given = request.headers.get("Authorization");
    if (text::starts_with_ignoring_case(given, scheme) &&
        crypto::equal_constant_time(text::trim(given.substr(scheme.size())), secret))
        return {};
    return make_error(Errc::unauthorized,
                      "the plugin's secret is needed: Authorization: Bearer <secret>, or X-Hub-Signature-256");
}

Result<Inbound> read_hook(const net::Request& request, std::string_view plugin, std::string_view path,
                          AccountId account) {
    if (!text::is_storable(request.body))
        return make_error(Errc::unsupported, "the body must be text: UTF-8 without NUL, as JSON and forms are");
    const auto key = key_of(request);
    if (key.size() > longest_key || !text::is_storable(key))
        return make_error(Errc::invalid, "the idempotency key has more than 200 bytes, or is not UTF-8");
    Inbound message;
    message.kind = EventKind::hook;
    message.account = account;
    message.chat = std::string(hook_chat_prefix) + std::string(plugin);
    message.plugin = plugin;
    message.text = request.body;
    message.payload = head_of(request, path);
    message.trace = make_trace();
    message.provider_id = message.chat + ":" + (key.empty() ? message.trace : std::string(key));
    return message;
}

}  // namespace parley::pipeline
