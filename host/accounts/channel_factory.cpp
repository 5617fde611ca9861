#include "accounts/channel_factory.hpp"

#include "accounts/cloud_store.hpp"
#include "channels/cloud/cloud_channel.hpp"
#include "channels/gateway/gateway_channel.hpp"
#include "channels/twilio/twilio_channel.hpp"
#include "core/crypto.hpp"
#include "core/ids.hpp"

namespace parley::accounts {
namespace {

int timeout_of(const Account& account) {
    return std::max(1000, static_cast<int>(account.number("timeout_ms")));
}

Lines make_gateway(const Account& account, const Surroundings& around) {
    channels::GatewayConfig config;
    config.base_url = account.get("base_url");
    config.basic_user = account.get("user");
    config.basic_password = account.secret("password");
    config.device_id = account.get("device_id");
    config.webhook_secret = account.secret("webhook_secret");
    config.allow_unsigned = account.flag("allow_unsigned");
    config.timeout_ms = timeout_of(account);
    return {std::make_shared<channels::GatewayChannel>(account.id, config, around.client), nullptr, nullptr};
}

channels::CloudConfig cloud_config(const Account& account) {
    channels::CloudConfig config;
    config.phone_number_id = account.get("phone_number_id");
    config.waba_id = account.get("waba_id");
    config.app_id = account.get("app_id");
    config.app_secret = account.secret("app_secret");
    config.verify_token = account.secret("verify_token");
    config.base_url = account.get("base_url");
    config.version = account.get("api_version");
    config.timeout_ms = timeout_of(account);
    config.appsecret_proof = account.flag("appsecret_proof");
    return config;
}

// An app has one URL for all its numbers: what its secret signed may be for any account with that secret, and for no
// other.
channels::CloudResolve resolver(const Account& account, const Directory& directory) {
    return [&directory, secret = account.secret("app_secret")](std::string_view phone_number_id,
                                                               std::string_view waba_id) -> std::optional<AccountId> {
        for (const Entry* entry : directory.of_channel("cloud")) {
            const Account& other = entry->account;
            const bool meant = phone_number_id.empty() ? other.get("waba_id") == waba_id && !waba_id.empty()
                                                       : other.get("phone_number_id") == phone_number_id;
            if (meant && crypto::equal_constant_time(other.secret("app_secret").reveal(), secret.reveal()))
                return other.id;
        }
        return std::nullopt;
    };
}

Lines make_cloud(const Account& account, const Surroundings& around) {
    const auto config = cloud_config(account);
    const channels::Exchange exchange = [&client = around.client](net::ClientRequest request,
                                                                  UniqueFunction<void(net::ClientResult)> done) {
        client.send(std::move(request), std::move(done));
    };
    auto store = std::make_shared<CloudTokenStore>(account.id, account.secret("access_token"), around.pool,
                                                   around.vault, around.executor);
    auto tokens = std::make_shared<channels::TokenKeeper>(config, exchange, std::move(store), around.executor, unix_now,
                                                          around.log);
    tokens->start();
    auto uploads = std::make_shared<CloudUploadCache>(account.id, around.pool, around.executor, around.log);
    auto templates = std::make_shared<channels::CloudTemplates>(
        config, std::make_shared<channels::CloudCaller>(config, exchange, tokens));
    auto channel = std::make_shared<channels::CloudChannel>(account.id, config, exchange, tokens, std::move(uploads),
                                                            resolver(account, around.directory));
    return {std::move(channel), std::move(tokens), std::move(templates)};
}

Lines make_twilio(const Account& account, const Surroundings& around) {
    channels::TwilioConfig config;
    config.account_sid = account.get("account_sid");
    config.auth_token = account.secret("auth_token");
    config.api_key_sid = account.get("api_key_sid");
    config.api_key_secret = account.secret("api_key_secret");
    config.from = account.get("from");
    config.messaging_service_sid = account.get("messaging_service_sid");
    config.public_url = account.get("public_url");
    if (config.public_url.empty()) config.public_url = around.public_url;
    if (config.public_url.empty())
        around.log.warn("account.no_public_url",
                        {{"account", account.name},
                         {"why",
                          "Twilio signs what it posts over the address it posts to, so no webhook can be taken "
                          "until it is known: set PUBLIC_URL, or `/admin setting -c public_url https://...`"}});
    config.webhook_path = "/webhooks/twilio/" + account.name;
    config.status_callback = account.flag("status_callback");
    config.base_url = account.get("base_url");
    config.messaging_url = account.get("messaging_url");
    config.timeout_ms = timeout_of(account);
    return {std::make_shared<channels::TwilioChannel>(account.id, config, around.client, around.public_link), nullptr,
            nullptr};
}

}  // namespace

Lines make_lines(const Account& account, const Surroundings& surroundings) {
    if (account.channel == "cloud") return make_cloud(account, surroundings);
    if (account.channel == "twilio") return make_twilio(account, surroundings);
    if (account.channel == "gateway") return make_gateway(account, surroundings);
    throw ErrorException(make_error(Errc::unsupported, "this host knows no channel \"" + account.channel + "\""));
}

}  // namespace parley::accounts
