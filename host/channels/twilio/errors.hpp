// What Twilio's error codes mean for a message: a table, first match wins (twilio.com/docs/api/errors). The same codes
// stand in refused requests and in status callbacks. [any thread]
#pragma once

#include <string>
#include <string_view>

#include "channels/channel.hpp"

namespace parley::channels {

struct TwilioErrorRow {
    int first, last;  // codes
    SendError::Class kind;
    bool alarm;               // an admin must look, beyond this message
    std::string_view advice;  // for the admin; empty when Twilio's own words are all there is to say
    bool opted_out = false;   // the recipient wants nothing any more
};

// Null when the code is in no row.
const TwilioErrorRow* find_twilio_error(int code);

// WhatsApp's own numbers, which some failures carry instead: 470 -> 63016. Any other number comes back as it is.
int twilio_code_of_whatsapp(int code);

// "63016: more than 24 hours ...: Failed to send freeform message": code, advice and the provider's words, whatever of
// them there is.
std::string twilio_reason(int code, std::string_view words);

const char* to_string(SendError::Class kind);  // "transient", "in_doubt", ...

}  // namespace parley::channels
