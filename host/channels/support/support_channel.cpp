#include "channels/support/support_channel.hpp"

#include "channels/support/decode.hpp"
#include "core/crypto.hpp"
#include "core/ids.hpp"
#include "core/text.hpp"

namespace parley::channels {

SupportChannel::SupportChannel(AccountId account, SupportConfig config, Executor& executor)
    : account_(account), config_(std::move(config)), executor_(executor) {}

Result<void> SupportChannel::verify(const net::Request& request) const {
    if (config_.token.empty()) {
        if (config_.allow_unauthenticated) return {};
        return make_error(
            Errc::unauthorized,
            "no token is configured: set SUPPORT_TOKEN, or SUPPORT_ALLOW_UNAUTHENTICATED=true for development");
    }
    constexpr std::string_view kScheme = "Bearer ";
    const std::string_view field = request.headers.get("Authorization");
    if (!text::starts_with_ignoring_case(field, kScheme)) {
        return make_error(Errc::unauthorized, "the request carries no bearer token, but SUPPORT_TOKEN is set");
    }
    if (!crypto::equal_constant_time(text::trim(field.substr(kScheme.size())), config_.token.reveal())) {
        return make_error(Errc::unauthorized, "the bearer token is not the one in SUPPORT_TOKEN");
    }
    return {};
}

Result<Decoded> SupportChannel::decode(const net::Request& request) const {
    const Result<SupportMessage> message = decode_support_webhook(request.body, unix_now());
    if (!message) return message.error();
    Decoded decoded;
    decoded.messages.push_back(to_inbound(*message, request.body, account_));
    return decoded;
}

void SupportChannel::send(const Outbound&, UniqueFunction<void(SendResult)> done) {
    executor_.post(
        [done = std::move(done), id = "support:" + crypto::random_hex(16)]() mutable { done(Sent{std::move(id)}); });
}

void SupportChannel::fetch(const Inbound&, std::size_t, std::shared_ptr<net::BodySink>, FetchDone done) {
    executor_.post([done = std::move(done)]() mutable {
        done(make_error(Errc::unsupported, "the support channel carries no files"));
    });
}

}  // namespace parley::channels
