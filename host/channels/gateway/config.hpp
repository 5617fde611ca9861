// How to reach one device of a self-hosted WhatsApp gateway (go-whatsapp-web-multidevice). A plain value.
#pragma once

#include <string>

#include "core/secret.hpp"

namespace parley::channels {

struct GatewayConfig {
    std::string base_url;  // "http://localhost:3000", with the gateway's base path if it has one
    std::string basic_user;
    Secret basic_password;
    // X-Device-Id, and whose events are taken: a session's name or its JID; needed when the gateway has several numbers
    std::string device_id;
    Secret webhook_secret;
    bool allow_unsigned = false;  // take webhooks without a signature when there is no secret
    int timeout_ms = 60'000;      // above the 45 s after which the gateway gives up on WhatsApp itself
};

}  // namespace parley::channels
