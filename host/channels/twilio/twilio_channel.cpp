#include "channels/twilio/twilio_channel.hpp"

#include "channels/fallback.hpp"
#include "channels/twilio/classify.hpp"
#include "channels/twilio/decode.hpp"
#include "core/ids.hpp"

namespace parley::channels {

// One attempt at a message.
struct TwilioChannel::Delivery : std::enable_shared_from_this<Delivery> {
    std::shared_ptr<const TwilioLine> line;
    std::shared_ptr<TwilioProgress> progress;
    MessageId id = 0;
    std::vector<net::ClientRequest> requests;
    std::size_t next = 0;
    UniqueFunction<void(SendResult)> done;

    void go_on() {
        net::ClientRequest request = std::move(requests[next]);
        line->exchange(std::move(request), [self = shared_from_this()](net::ClientResult answer) {
            SendResult result = classify_twilio_answer(answer, unix_now());
            if (!result) {
                if (result.error().kind == SendError::Class::permanent) self->progress->forget(self->id);
                return self->done(std::move(result));
            }
            self->progress->claim(result->provider_id);
            if (++self->next < self->requests.size()) {
                self->progress->set(self->id, self->next);
                return self->go_on();
            }
            self->progress->forget(self->id);
            self->done(std::move(result));
        });
    }
};

TwilioChannel::TwilioChannel(AccountId account, const TwilioConfig& config, net::Client& client, PublicLink public_link)
    : TwilioChannel(
          account, config,
          [&client](net::ClientRequest request, UniqueFunction<void(net::ClientResult)> done) {
              client.send(std::move(request), std::move(done));
          },
          std::move(public_link)) {}

TwilioChannel::TwilioChannel(AccountId account, const TwilioConfig& config, TwilioExchange exchange,
                             PublicLink public_link)
    : account_(account),
      signature_(config),
      line_(nullptr),
      progress_(std::make_shared<TwilioProgress>()),
      sends_files_(static_cast<bool>(public_link)) {
    line_ = std::make_shared<const TwilioLine>(
        TwilioLine{TwilioEncoder(config, std::move(public_link)), std::move(exchange)});
}

TwilioChannel::~TwilioChannel() = default;

Capabilities TwilioChannel::capabilities() const {
    return {.media = sends_files_,
            .typing = true,
            .location = true,
            .templates = true,
            // Status callbacks do name our ids, but may be lost; what Twilio lists is sure.
            .hands_back_ids = false,
            .keeps_history = true,
            .conversation_window = true,
            .max_text = kTwilioMaxText};
}

Result<void> TwilioChannel::verify(const net::Request& request) const {
    return signature_.verify(request);
}

Result<Decoded> TwilioChannel::decode(const net::Request& request) const {
    return decode_twilio(request, line_->encoder.config(), account_, unix_now());
}

Result<std::string> TwilioChannel::handshake(const net::Request&) const {
    // Twilio asks for no proof; people open the URL to see whether it is there.
    return std::string("The webhook is here. Twilio has to POST to it.");
}

net::Response TwilioChannel::accepted() const {
    // TwiML that says nothing: replies go out through the API, in order and with retries.
    net::Response response = net::Response::text(200, R"(<?xml version="1.0" encoding="UTF-8"?><Response></Response>)");
    response.headers.set("Content-Type", "text/xml; charset=utf-8");
    return response;
}

void TwilioChannel::send(const Outbound& message, UniqueFunction<void(SendResult)> done) {
    Result<std::vector<net::ClientRequest>> requests = line_->encoder.send(message);
    if (!requests) return done(SendError{SendError::Class::permanent, requests.error().message, 0});
    const auto delivery = std::make_shared<Delivery>();
    delivery->line = line_;
    delivery->progress = progress_;
    delivery->id = message.id;
    delivery->requests = std::move(*requests);
    if (delivery->requests.size() > 1)
        delivery->next = std::min(progress_->begin(message.id), delivery->requests.size() - 1);
    delivery->done = std::move(done);
    delivery->go_on();
}

void TwilioChannel::find_sent(const Outbound& message, UnixMillis since, UniqueFunction<void(SentBefore)> done) {
    // It was sent in the words that stand for what Twilio has none of.
    const Result<Outbound> shaped = with_fallback(message, capabilities());
    if (!shaped) return done(SentBefore{});
    Result<std::vector<net::ClientRequest>> requests = line_->encoder.send(*shaped);
    if (!requests) return done(SentBefore{});
    const std::size_t end = requests->size() - 1;
    // Words tell messages apart, files do not: another message's file looks like this one's. So only where the request
    // in doubt was made here it is looked for by itself, among what nobody else has been told of. Otherwise the last
    // one speaks for the message, and whoever asks knows what is recorded.
    const std::size_t in_doubt = std::min(progress_->of(message.id).value_or(end), end);
    find_twilio_send(
        line_, std::move((*requests)[in_doubt]), parse_twilio_address(message.chat), since,
        [progress = progress_](const std::string& sid) { return progress->is_claimed(sid); },
        [progress = progress_, id = message.id, in_doubt, last = in_doubt == end,
         done = std::move(done)](SentBefore found) mutable {
            if (found.verdict == SentBefore::Verdict::found && !last) {
                // This piece is through, the message is not: send() goes on behind it.
                progress->claim(found.provider_id);
                progress->set(id, in_doubt + 1);
                found = SentBefore{SentBefore::Verdict::absent, {}};
            }
            done(std::move(found));
        });
}

void TwilioChannel::missed(UnixMillis since, UniqueFunction<void(Result<Decoded>)> done) {
    recover_from_twilio(line_, account_, since, std::move(done));
}

void TwilioChannel::probe(UniqueFunction<void(std::vector<ProbeLine>)> done) {
    probe_twilio(line_, std::move(done));
}

void TwilioChannel::typing(const std::string&, const std::string& provider_id, bool on) {
    Result<net::ClientRequest> request = line_->encoder.typing(provider_id);
    // It ends by itself: with the reply, or after 25 seconds.
    if (on && request) line_->exchange(std::move(*request), [](net::ClientResult) {});
}

void TwilioChannel::fetch(const Inbound& message, std::size_t max_bytes, std::shared_ptr<net::BodySink> sink,
                          FetchDone done) {
    if (!message.media || message.media->source.empty()) {
        return done(make_error(Errc::not_found, "the message has no file"));
    }
    fetch_twilio_file(line_, message.media->source, max_bytes, std::move(sink), std::move(done));
}

}  // namespace parley::channels
