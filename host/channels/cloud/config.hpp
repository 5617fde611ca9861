// How to reach one phone number of the WhatsApp Cloud API (Meta). A plain value. The access token is not in it: it
// comes from a TokenSource, since it changes while the host runs.
#pragma once

#include <string>
#include <vector>

#include "core/secret.hpp"

namespace parley::channels {

struct CloudConfig {
    std::string phone_number_id;  // digits; not the number itself
    std::string waba_id;          // WhatsApp Business account: templates and subscriptions; may be empty
    std::string app_id;           // to renew tokens; may be empty
    Secret app_secret;            // signs webhooks, renews tokens
    Secret verify_token;          // what the app's webhook setup was given, chosen by the operator
    std::string base_url = "https://graph.facebook.com";
    std::string version = "v25.0";
    int timeout_ms = 30'000;            // of one exchange
    int transfer_timeout_ms = 120'000;  // of one with a file in it
    bool appsecret_proof = false;       // "Require App Secret" is switched on in the app's settings
    // Beside the one of base_url, the hosts that hand out files and may see the token for it.
    std::vector<std::string> media_hosts = {"lookaside.fbsbx.com"};
};

}  // namespace parley::channels
