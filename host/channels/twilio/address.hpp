// WhatsApp's addresses as Twilio writes them. Plain values. [any thread]
#pragma once

#include <string>
#include <string_view>

namespace parley::channels {

// "whatsapp:+16505551234", or "whatsapp:US.13491208655302741918" for people who hide their number (BSUID).
struct TwilioAddress {
    std::string phone;    // digits with country code; empty for a user id
    std::string user_id;  // empty for a phone number

    bool empty() const { return phone.empty() && user_id.empty(); }
    std::string text() const { return empty() ? "" : phone.empty() ? "whatsapp:" + user_id : "whatsapp:+" + phone; }
    // The number, else the id: Inbound::sender.
    const std::string& who() const { return phone.empty() ? user_id : phone; }

    bool operator==(const TwilioAddress&) const = default;
};

// Reads these and what people and other channels write for them: "+1 650-555-1234", "16505551234@s.whatsapp.net",
// "US.1349...". Empty when the text is none of it.
TwilioAddress parse_twilio_address(std::string_view text);

}  // namespace parley::channels
