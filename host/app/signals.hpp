// What people see of an account beside its messages: "typing...", and whether somebody is there. At once, without any
// promise. [any thread]
#pragma once

#include <string>

#include "app/accounts.hpp"
#include "core/executor.hpp"
#include "outbound/sender.hpp"

namespace parley::app {

class Signals {
public:
    // They outlive it, and what it has posted.
    Signals(Executor& loop, const outbound::Sender& sender, const Accounts& accounts)
        : loop_(loop), sender_(sender), accounts_(accounts) {}

    // `provider_id`: the message that is being answered, which some providers want to know; may be empty.
    void typing(AccountId account, const std::string& chat, const std::string& provider_id, bool on) const;

    // Errc::unsupported: the account's channel shows nothing of the kind.
    Result<void> presence(AccountId account, bool available) const;

private:
    Executor& loop_;
    const outbound::Sender& sender_;
    const Accounts& accounts_;
};

}  // namespace parley::app
