// What Twilio remembers: the list of messages, for sends whose answer was lost and for messages that came in while
// nobody was here. Plain functions; the exchanges are the channel's. [any thread]
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "channels/twilio/encode.hpp"
#include "channels/twilio/form.hpp"
#include "core/error.hpp"
#include "net/client.hpp"

namespace parley::channels {

struct TwilioRow {
    std::string sid, from, to, body, direction, service, media_path;
    int files = 0;
    UnixMillis created = 0;  // to the second
    UnixMillis sent = 0;     // 0: not yet
};

struct TwilioPage {
    std::vector<TwilioRow> rows;  // newest first
    std::string next;             // next_page_uri; empty on the last page
    // Twilio's clock less ours, from the answer's Date; 0 when it has none.
    UnixMillis clock_ahead = 0;
};

// An answer to a list of messages. `now` is ours, when it came.
Result<TwilioPage> read_twilio_page(const net::ClientResult& answer, UnixMillis now);

// What went out to one person, newest first.
net::ClientRequest list_sent_to(const TwilioEncoder& encoder, const TwilioAddress& to);
// What came in for us since a moment, newest first.
net::ClientRequest list_received(const TwilioEncoder& encoder, UnixMillis since);

// Is this the message that the request (one of TwilioEncoder::send()) asked for? None when it cannot be told: a
// template comes back as the text it became.
std::optional<bool> is_twilio_row_of(const TwilioRow& row, const net::ClientRequest& request);

// The row as the webhook would have told it. Files are still missing: see add_twilio_files.
net::FormFields webhook_of(const TwilioRow& row, const TwilioConfig& config);
// The answer to GET .../Messages/{sid}/Media.json, as the parameters MediaUrl0, MediaContentType0, ...
Result<net::FormFields> read_twilio_files(const net::ClientResult& answer, const TwilioConfig& config);

}  // namespace parley::channels
