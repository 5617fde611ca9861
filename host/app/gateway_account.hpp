// The gateway as the settings describe it: rebuilt when an admin changes them, halted while they name no gateway. [I/O
// thread]
#pragma once

#include <memory>

#include "channels/gateway/gateway_channel.hpp"
#include "config/config.hpp"
#include "config/settings.hpp"
#include "core/executor.hpp"

namespace parley::app {

class GatewayAccount final : public channels::Channel {
public:
    GatewayAccount(AccountId account, config::GatewayConfig config, const config::Settings& settings,
                   net::Client& client, Executor& executor);

    // Read the settings again. What is on its way ends as it began.
    void reconfigure();
    bool configured() const { return configured_; }

    std::string_view name() const override { return "gateway"; }
    channels::Capabilities capabilities() const override { return channel_->capabilities(); }
    Result<void> verify(const net::Request& request) const override { return channel_->verify(request); }
    Result<channels::Decoded> decode(const net::Request& request) const override { return channel_->decode(request); }
    net::Response accepted() const override { return channel_->accepted(); }
    void send(const Outbound& message, UniqueFunction<void(channels::SendResult)> done) override;
    void typing(const std::string& chat, const std::string& provider_id, bool on) override;
    void presence(bool available) override {
        if (configured_) channel_->presence(available);
    }
    void mark_read(const std::string& chat, const std::string& provider_id) override {
        if (configured_) channel_->mark_read(chat, provider_id);
    }
    void probe(UniqueFunction<void(std::vector<channels::ProbeLine>)> done) override;
    void fetch(const Inbound& message, std::size_t max_bytes, std::shared_ptr<net::BodySink> sink,
               channels::FetchDone done) override;

private:
    AccountId account_;
    config::GatewayConfig config_;
    const config::Settings& settings_;
    net::Client& client_;
    Executor& executor_;
    bool configured_ = false;
    std::unique_ptr<channels::GatewayChannel> channel_;
};

}  // namespace parley::app
