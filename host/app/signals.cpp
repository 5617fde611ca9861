#include "app/signals.hpp"

namespace parley::app {

void Signals::typing(AccountId account, const std::string& chat, const std::string& provider_id, bool on) const {
    loop_.post([this, account, chat, provider_id, on] {
        const auto channel = sender_.channel_of(account);
        if (channel && channel->capabilities().typing) channel->typing(chat, provider_id, on);
    });
}

Result<void> Signals::presence(AccountId account, bool available) const {
    if (!accounts_.capabilities_of(account).presence)
        return make_error(Errc::unsupported, "the channel " + std::string(accounts_.channel_of(account)) +
                                                 " cannot show whether somebody is there");
    loop_.post([this, account, available] {
        if (const auto channel = sender_.channel_of(account)) channel->presence(available);
    });
    return {};
}

}  // namespace parley::app
