// What Meta's error codes mean for a message: one table, for answers to a send and for the errors that come later in a
// status. Codes, not titles and not HTTP statuses, decide: the same code comes with 400 or 429, and titles change.
// Source: Meta's page "Error codes" of the WhatsApp Business Platform. [any thread]
#pragma once

#include <string_view>

#include "channels/channel.hpp"

namespace parley::channels {

struct CloudErrorRow {
    int first, last;  // codes
    SendError::Class kind;
    bool alarm;               // more is wrong than this message
    int wait_ms;              // least time to wait, 0: the sender's own
    int most_attempts;        // more end as permanent; 0: no limit
    std::string_view advice;  // for the admin
    bool opted_out = false;   // the recipient wants no marketing any more
};

// Null when the code is not known.
const CloudErrorRow* find_cloud_error(int code);

// Is the access token at fault (and not the message)?
bool is_token_error(int http_status, int code);

// "the access token has expired", for the subcodes of 190; empty when there is nothing to add.
std::string_view token_problem(int subcode);

}  // namespace parley::channels
