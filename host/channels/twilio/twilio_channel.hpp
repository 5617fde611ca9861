// Channel "twilio": one WhatsApp sender at Twilio. Owned by the application, outlives its callbacks or not: answers
// that come after its end still reach their `done`. [I/O thread]
#pragma once

#include <memory>

#include "channels/channel.hpp"
#include "channels/twilio/config.hpp"
#include "channels/twilio/encode.hpp"
#include "channels/twilio/lookups.hpp"
#include "channels/twilio/progress.hpp"
#include "channels/twilio/signature.hpp"

namespace parley::channels {

class TwilioChannel final : public Channel {
public:
    // `client` outlives the channel and all it sends. `public_link` may be empty: files then become text.
    TwilioChannel(AccountId account, const TwilioConfig& config, net::Client& client, PublicLink public_link);
    TwilioChannel(AccountId account, const TwilioConfig& config, TwilioExchange exchange, PublicLink public_link);
    ~TwilioChannel() override;

    std::string_view name() const override { return "twilio"; }
    Capabilities capabilities() const override;
    Result<void> verify(const net::Request& request) const override;
    Result<Decoded> decode(const net::Request& request) const override;
    Result<std::string> handshake(const net::Request& request) const override;
    net::Response accepted() const override;

    // A message may take several requests (TwilioEncoder::send). They are made one after the other; when one fails, the
    // next attempt at the message goes on with that one.
    void send(const Outbound& message, UniqueFunction<void(SendResult)> done) override;
    void find_sent(const Outbound& message, UnixMillis since, UniqueFunction<void(SentBefore)> done) override;
    void missed(UnixMillis since, UniqueFunction<void(Result<Decoded>)> done) override;
    void probe(UniqueFunction<void(std::vector<ProbeLine>)> done) override;
    void typing(const std::string& chat, const std::string& provider_id, bool on) override;
    void fetch(const Inbound& message, std::size_t max_bytes, std::shared_ptr<net::BodySink> sink,
               FetchDone done) override;

private:
    struct Delivery;

    AccountId account_;
    TwilioSignature signature_;
    std::shared_ptr<const TwilioLine> line_;
    std::shared_ptr<TwilioProgress> progress_;
    bool sends_files_;
};

}  // namespace parley::channels
