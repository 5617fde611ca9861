// The proof that a webhook comes from Twilio: X-Twilio-Signature, base64 of HMAC-SHA1 over the public URL and the
// parameters of the form (twilio.com/docs/usage/security; checked against twilio-node 6.2). [I/O thread]
#pragma once

#include <optional>
#include <string>

#include "channels/twilio/config.hpp"
#include "core/crypto.hpp"
#include "core/error.hpp"
#include "net/form.hpp"
#include "net/http.hpp"

namespace parley::channels {

class TwilioSignature {
public:
    explicit TwilioSignature(const TwilioConfig& config);

    // Errc::unauthorized with words for the log. `request.target` has to be as it was sent.
    Result<void> verify(const net::Request& request) const;

private:
    bool matches(std::string_view given, const std::string& url, const std::string& parameters) const;

    std::optional<crypto::HmacSha1> hmac_;
    // "https://host", then the port of the configured URL or the scheme's own, then the path of the configured URL.
    std::string origin_, port_, base_path_;
};

// "NameValueNameValue...": decoded, sorted by name, the values of a repeated name sorted and each once.
std::string signed_parameters(net::FormFields fields);

}  // namespace parley::channels
