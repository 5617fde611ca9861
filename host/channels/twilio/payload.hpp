// What a message says beside its words and files, as JSON. Internal to the decoder; plain function. [any thread]
#pragma once

#include <boost/json/value.hpp>
#include <string>

#include "channels/twilio/form.hpp"

namespace parley::channels {

// As read_twilio_message() says; empty when there is nothing more. `metadata`: ChannelMetadata, null when there is
// none.
std::string twilio_payload(const TwilioForm& form, const boost::json::value& metadata);

}  // namespace parley::channels
