// Twilio's webhooks turned into our words: messages, status callbacks and debugger events, which may all come to one
// URL. Plain functions. [any thread]
#pragma once

#include <vector>

#include "channels/channel.hpp"
#include "channels/twilio/config.hpp"
#include "channels/twilio/form.hpp"

namespace parley::channels {

// Not understood is Errc::invalid with the name of what is missing. What is for another account or number of Twilio's
// is unclaimed. Webhooks name no time: `now` is that of their receipt.
Result<Decoded> decode_twilio(const net::Request& request, const TwilioConfig& config, AccountId account,
                              UnixMillis now);

// A message of the form, one Inbound for each of its files: the first has the text, the others ids with ":1", ":2"
// behind. What has no place in Inbound goes into `payload` under the Cloud API's names, so that plugins know one shape:
// {"location":{...}}, {"button":{...}}, {"interactive":{...}}, {"referral":{...}}, {"context":{"forwarded":true}};
// parameters that are unknown here keep their names.
Result<std::vector<Inbound>> read_twilio_message(const TwilioForm& form, AccountId account, UnixMillis time);

}  // namespace parley::channels
