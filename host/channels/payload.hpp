// The structured messages: what Outbound::payload holds for each kind, checked before it is queued, and said in plain
// text for channels that cannot send it. Plain functions. [any thread]
//
// The JSON is that of the WhatsApp Cloud API's object of the same name, without its envelope:
//   location          {"latitude": 37.4, "longitude": -122.1, "name": "...", "address": "..."}
//   contacts          [{"name": {"formatted_name": "..."}, "phones": [{"phone": "+44..."}]}]
//   interactive       {"type": "button", "body": {"text": "..."}, "action": {...}}
//   template_message  {"name": "...", "language": {"code": "en_US"}, "components": [...]}
//   poll              {"question": "...", "options": ["...", "..."], "max_answers": 1}
// Limits: Meta's message reference. Lengths are in characters (code points).
#pragma once

#include <string>
#include <string_view>

#include "core/error.hpp"
#include "core/message.hpp"

namespace parley::channels {

// The same JSON without white space and without what says nothing, or Errc::invalid with words such as
// "action.buttons[2].reply.title: has 31 characters, at most 20 are allowed". Kinds that carry no payload are
// Errc::unsupported.
Result<std::string> check_payload(OutboundKind kind, std::string_view json);

// The message as text: a question and its numbered options, a place and a link to a map, names and numbers. An option
// whose id begins with '/' shows it, since typing it does what choosing it would. A payload that cannot be read yields
// Outbound::text alone.
std::string describe(const Outbound& message);

}  // namespace parley::channels
