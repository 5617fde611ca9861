#include "channels/cloud/signature.hpp"

#include <algorithm>

namespace parley::channels {

namespace {

constexpr std::size_t kMaxChallenge = 256;

bool is_challenge(std::string_view text) {
    const auto plain = [](char c) {
        return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '-' || c == '_' ||
               c == '.';
    };
    return !text.empty() && text.size() <= kMaxChallenge && std::all_of(text.begin(), text.end(), plain);
}

}  // namespace

CloudSignature::CloudSignature(const Secret& app_secret, Secret verify_token) : verify_token_(std::move(verify_token)) {
    if (!app_secret.empty()) hmac_.emplace(app_secret);
}

Result<void> CloudSignature::verify(const net::Request& request) const {
    if (!hmac_) {
        return make_error(Errc::unauthorized,
                          "no app secret is configured, so no webhook of Meta can be trusted: give the account the app "
                          "secret from the app's basic settings");
    }
    const std::string_view given = request.headers.get("X-Hub-Signature-256");
    if (given.empty()) return make_error(Errc::unauthorized, "the webhook carries no X-Hub-Signature-256");
    if (!crypto::equal_constant_time(given, "sha256=" + hmac_->mac_hex(request.body))) {
        return make_error(Errc::unauthorized,
                          "the X-Hub-Signature-256 of the webhook does not match: is the account's app secret that of "
                          "the app which sends it?");
    }
    return {};
}

Result<std::string> CloudSignature::handshake(const net::Request& request) const {
    if (verify_token_.empty()) {
        return make_error(Errc::unauthorized,
                          "no verify token is configured: choose one, give it to the account and to Meta");
    }
    if (request.query_value("hub.mode").value_or("") != "subscribe")
        return make_error(Errc::invalid, "the request is no subscription: hub.mode is not \"subscribe\"");
    const std::string given = request.query_value("hub.verify_token").value_or("");
    // Digests first: the length of the token is no one's business either.
    if (!crypto::equal_constant_time(crypto::sha256_hex(given), crypto::sha256_hex(verify_token_.reveal())))
        return make_error(Errc::unauthorized, "hub.verify_token is not the account's verify token");
    std::string challenge = request.query_value("hub.challenge").value_or("");
    if (!is_challenge(challenge)) return make_error(Errc::invalid, "hub.challenge is missing or no plain word");
    return challenge;
}

}  // namespace parley::channels
