// The proofs that go with Meta's webhooks: X-Hub-Signature-256 over the raw body, and the verify token of the GET that
// sets a webhook up. [I/O thread]
#pragma once

#include <optional>
#include <string>

#include "core/crypto.hpp"
#include "core/error.hpp"
#include "net/http.hpp"

namespace parley::channels {

class CloudSignature {
public:
    // Without an app secret every webhook is refused, without a verify token every handshake.
    CloudSignature(const Secret& app_secret, Secret verify_token);

    // Meta signs the bytes it sends ("\u00e4" stays that), so this is asked before anything is parsed.
    // Errc::unauthorized with words for the log.
    Result<void> verify(const net::Request& request) const;

    // ?hub.mode=subscribe&hub.verify_token=...&hub.challenge=1158201444: the challenge, which is then the body of our
    // 200. Only letters, digits and "-._" and at most 256 of them are ever echoed.
    Result<std::string> handshake(const net::Request& request) const;

private:
    std::optional<crypto::HmacSha256> hmac_;
    Secret verify_token_;
};

}  // namespace parley::channels
