// Channel "cloud": one phone number of the WhatsApp Cloud API. Owned by the application; answers that come after its
// end still reach their `done`. [I/O thread]
#pragma once

#include <memory>

#include "channels/channel.hpp"
#include "channels/cloud/decode.hpp"
#include "channels/cloud/signature.hpp"
#include "channels/cloud/upload.hpp"

namespace parley::channels {

class CloudChannel final : public Channel {
public:
    // `resolve`: whose a webhook's parts are, since an app has one URL for all its numbers; empty: this account's
    // number alone, the rest is unclaimed.
    CloudChannel(AccountId account, const CloudConfig& config, Exchange exchange, std::shared_ptr<TokenSource> tokens,
                 std::shared_ptr<UploadCache> uploads, CloudResolve resolve = nullptr);
    ~CloudChannel() override;

    std::string_view name() const override { return "cloud"; }
    Capabilities capabilities() const override;
    Result<void> verify(const net::Request& request) const override;
    Result<std::string> handshake(const net::Request& request) const override;
    Result<Decoded> decode(const net::Request& request) const override;
    void send(const Outbound& message, UniqueFunction<void(SendResult)> done) override;
    // Needs the message that is being answered; ends by itself.
    void typing(const std::string& chat, const std::string& provider_id, bool on) override;
    void mark_read(const std::string& chat, const std::string& provider_id) override;
    void fetch(const Inbound& message, std::size_t max_bytes, std::shared_ptr<net::BodySink> sink,
               FetchDone done) override;
    void probe(UniqueFunction<void(std::vector<ProbeLine>)> done) override;

private:
    struct Line;  // shared with the callbacks of requests under way

    CloudSignature signature_;
    CloudResolve resolve_;
    std::shared_ptr<Line> line_;
};

}  // namespace parley::channels
