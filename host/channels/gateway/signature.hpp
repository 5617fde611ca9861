// The proof that a webhook comes from the gateway: X-Hub-Signature-256 over the raw body. [I/O thread]
#pragma once

#include <optional>

#include "channels/gateway/config.hpp"
#include "core/crypto.hpp"
#include "core/error.hpp"
#include "net/http.hpp"

namespace parley::channels {

class GatewaySignature {
public:
    explicit GatewaySignature(const GatewayConfig& config);

    // Errc::unauthorized with words for the log.
    Result<void> verify(const net::Request& request) const;

private:
    std::optional<crypto::HmacSha256> hmac_;
    bool allow_unsigned_;
};

}  // namespace parley::channels
