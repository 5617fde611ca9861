#include "app/gateway_account.hpp"

namespace parley::app {

GatewayAccount::GatewayAccount(AccountId account, config::GatewayConfig config, const config::Settings& settings,
                               net::Client& client, Executor& executor)
    : account_(account), config_(std::move(config)), settings_(settings), client_(client), executor_(executor) {
    reconfigure();
}

void GatewayAccount::reconfigure() {
    channels::GatewayConfig gateway;
    gateway.base_url = settings_.address("whatsapp_client_url");
    configured_ = !gateway.base_url.empty();
    if (!configured_) gateway.base_url = "http://localhost";  // never called: see send()
    gateway.basic_user = settings_.get("whatsapp_client_user");
    gateway.basic_password = Secret(settings_.get("whatsapp_client_password"));
    gateway.device_id = config_.device_id;
    gateway.webhook_secret = config_.webhook_secret;
    gateway.allow_unsigned = config_.allow_unsigned;
    gateway.timeout_ms = config_.timeout_ms;
    channel_ = std::make_unique<channels::GatewayChannel>(account_, gateway, client_);
}

void GatewayAccount::send(const Outbound& message, UniqueFunction<void(channels::SendResult)> done) {
    if (configured_) {
        channel_->send(message, std::move(done));
        return;
    }
    executor_.post([done = std::move(done)]() mutable {
        done(channels::SendError{channels::SendError::Class::halted,
                                 "no gateway is configured: set WHATSAPP_CLIENT_URL or `/admin setting -c "
                                 "whatsapp_client_url http://...`",
                                 0});
    });
}

void GatewayAccount::typing(const std::string& chat, const std::string& provider_id, bool on) {
    if (configured_) channel_->typing(chat, provider_id, on);
}

void GatewayAccount::probe(UniqueFunction<void(std::vector<channels::ProbeLine>)> done) {
    if (configured_) return channel_->probe(std::move(done));
    done({{false, "no gateway is configured", "set WHATSAPP_CLIENT_URL, or `/admin setting -c whatsapp_client_url`"}});
}

void GatewayAccount::fetch(const Inbound& message, std::size_t max_bytes, std::shared_ptr<net::BodySink> sink,
                           channels::FetchDone done) {
    if (configured_) {
        channel_->fetch(message, max_bytes, std::move(sink), std::move(done));
        return;
    }
    executor_.post([done = std::move(done)]() mutable {
        done(make_error(Errc::unavailable, "no gateway is configured: the file cannot be fetched"));
    });
}

}  // namespace parley::app
