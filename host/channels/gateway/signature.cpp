#include "channels/gateway/signature.hpp"

namespace parley::channels {

GatewaySignature::GatewaySignature(const GatewayConfig& config) : allow_unsigned_(config.allow_unsigned) {
    if (!config.webhook_secret.empty()) hmac_.emplace(config.webhook_secret);
}

Result<void> GatewaySignature::verify(const net::Request& request) const {
    if (!hmac_) {
        if (allow_unsigned_) return {};
        return make_error(
            Errc::unauthorized,
            "no webhook secret is configured: set GATEWAY_WEBHOOK_SECRET to the gateway's webhook secret, or "
            "GATEWAY_ALLOW_UNSIGNED=true for a gateway that does not sign");
    }
    const std::string_view given = request.headers.get("X-Hub-Signature-256");
    if (given.empty()) {
        return make_error(Errc::unauthorized,
                          "the webhook carries no X-Hub-Signature-256, but GATEWAY_WEBHOOK_SECRET is set");
    }
    if (!crypto::equal_constant_time(given, "sha256=" + hmac_->mac_hex(request.body))) {
        return make_error(
            Errc::unauthorized,
            "the X-Hub-Signature-256 of the webhook does not match: does GATEWAY_WEBHOOK_SECRET equal the gateway's?");
    }
    return {};
}

}  // namespace parley::channels
