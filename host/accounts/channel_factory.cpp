#include "accounts/channel_factory.hpp"

#include "channels/gateway/gateway_channel.hpp"

namespace parley::accounts {
namespace {

std::shared_ptr<channels::Channel> make_gateway(const Account& account, const Surroundings& around) {
    channels::GatewayConfig config;
    config.base_url = account.get("base_url");
    config.basic_user = account.get("user");
    config.basic_password = account.secret("password");
    config.device_id = account.get("device_id");
    config.webhook_secret = account.secret("webhook_secret");
    config.allow_unsigned = account.flag("allow_unsigned");
    config.timeout_ms = static_cast<int>(account.number("timeout_ms"));
    return std::make_shared<channels::GatewayChannel>(account.id, config, around.client);
}

}  // namespace

std::shared_ptr<channels::Channel> make_channel(const Account& account, const Surroundings& surroundings) {
    if (account.channel == "gateway") return make_gateway(account, surroundings);
    throw ErrorException(make_error(Errc::unsupported, "this host knows no channel \"" + account.channel + "\""));
}

}  // namespace parley::accounts
