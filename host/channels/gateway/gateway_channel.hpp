// Channel "gateway": one number behind a self-hosted WhatsApp gateway. Owned by the application, outlives its callbacks
// or not: answers that come after its end still reach their `done`. [I/O thread]
#pragma once

#include <functional>
#include <memory>

#include "channels/channel.hpp"
#include "channels/gateway/config.hpp"
#include "channels/gateway/signature.hpp"
#include "net/client.hpp"

namespace parley::channels {

class GatewayChannel final : public Channel {
public:
    // How requests leave; the Client's send(), or a test's.
    using Exchange = std::function<void(net::ClientRequest, UniqueFunction<void(net::ClientResult)>)>;

    // `client` outlives the channel and all it sends.
    GatewayChannel(AccountId account, const GatewayConfig& config, net::Client& client);
    GatewayChannel(AccountId account, const GatewayConfig& config, Exchange exchange);
    ~GatewayChannel() override;

    std::string_view name() const override { return "gateway"; }
    Capabilities capabilities() const override;
    Result<void> verify(const net::Request& request) const override;
    Result<Decoded> decode(const net::Request& request) const override;
    net::Response accepted() const override;
    void send(const Outbound& message, UniqueFunction<void(SendResult)> done) override;
    void typing(const std::string& chat, const std::string& provider_id, bool on) override;
    void presence(bool available) override;
    void mark_read(const std::string& chat, const std::string& provider_id) override;
    void probe(UniqueFunction<void(std::vector<ProbeLine>)> done) override;
    void fetch(const Inbound& message, std::size_t max_bytes, std::shared_ptr<net::BodySink> sink,
               FetchDone done) override;

private:
    struct Line;  // shared with the callbacks of requests under way

    AccountId account_;
    GatewaySignature signature_;
    std::shared_ptr<const Line> line_;
};

}  // namespace parley::channels
