// How to reach one WhatsApp sender at Twilio. A plain value.
#pragma once

#include <string>

#include "core/secret.hpp"

namespace parley::channels {

struct TwilioConfig {
    std::string account_sid;  // "AC..."
    Secret auth_token;        // signs the webhooks; also the password of requests, unless there is an API key
    std::string api_key_sid;  // "SK...", optional: requests then carry the key, and the token stays at home
    Secret api_key_secret;

    // Who writes: the number ("whatsapp:+14155238886"; without the prefix will do), or the messaging service that picks
    // one ("MG..."). With both, requests name the service and webhooks for other numbers are not ours.
    std::string from;
    std::string messaging_service_sid;

    // Where Twilio finds us. Its signature is over this and what stands behind it in the request: scheme, host, port
    // and the path that a proxy takes away. Never taken from the Host header, which anybody writes.
    std::string public_url;    // "https://bot.example.com"
    std::string webhook_path;  // of this account, below public_url: "/webhooks/twilio/2"
    bool status_callback = true;

    std::string base_url = "https://api.twilio.com";
    std::string messaging_url = "https://messaging.twilio.com";  // typing, senders, services
    int timeout_ms = 30'000;
};

}  // namespace parley::channels
