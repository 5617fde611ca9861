// Questions to Twilio that take several exchanges. Each lives until its `done` was called. [I/O thread]
#pragma once

#include <functional>
#include <memory>

#include "channels/channel.hpp"
#include "channels/twilio/encode.hpp"
#include "net/client.hpp"

namespace parley::channels {

// How requests leave; the Client's send(), or a test's.
using TwilioExchange = std::function<void(net::ClientRequest, UniqueFunction<void(net::ClientResult)>)>;

// What the questions need; outlives none of them: they hold it.
struct TwilioLine {
    TwilioEncoder encoder;
    TwilioExchange exchange;
};

// Is the message of this sid known to be another request's?
using TwilioClaimed = std::function<bool(const std::string& sid)>;

// Was this request of TwilioEncoder::send() taken since then? Looks through at most 300 messages to that person, and
// passes over those that are claimed.
void find_twilio_send(std::shared_ptr<const TwilioLine> line, net::ClientRequest request, TwilioAddress to,
                      UnixMillis since, TwilioClaimed claimed, UniqueFunction<void(SentBefore)> done);

// The messages that came in since then, oldest first, at most 2,000 of them (the newest). When there were more, an
// AccountEvent "history_truncated" says so.
void recover_from_twilio(std::shared_ptr<const TwilioLine> line, AccountId account, UnixMillis since,
                         UniqueFunction<void(Result<Decoded>)> done);

// Credentials, sender, webhook.
void probe_twilio(std::shared_ptr<const TwilioLine> line, UniqueFunction<void(std::vector<ProbeLine>)> done);

// A file of a webhook. The redirect to the CDN goes without the credentials and to public addresses only.
void fetch_twilio_file(std::shared_ptr<const TwilioLine> line, std::string_view url, std::size_t max_bytes,
                       std::shared_ptr<net::BodySink> sink, FetchDone done);

}  // namespace parley::channels
