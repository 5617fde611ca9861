// The structured kinds of messages in Twilio's words. Internal to the channels; plain functions. [any thread]
#pragma once

#include <string_view>

#include "core/error.hpp"
#include "net/form.hpp"

namespace parley::channels {

// "HX" and 32 hexadecimal digits: what Twilio calls a template.
bool is_content_sid(std::string_view name);

// {"latitude","longitude","name","address"} -> PersistentAction=geo:LAT,LNG|LABEL and a Body.
Result<net::FormFields> twilio_location(std::string_view payload);

// {"name":"HX...","components":[...]} -> ContentSid and ContentVariables. The parameters of all components are numbered
// through from 1 in the order they stand in; named ones keep their names. A name that is no content id is
// Errc::invalid: Twilio knows templates by content id alone.
Result<net::FormFields> twilio_template(std::string_view payload);

}  // namespace parley::channels
