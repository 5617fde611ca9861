// The accounts that live in this process, each with its channel. What the database holds is put in whole; an account
// whose row changed gets a new channel, and what was on its way ends on the old one. [I/O thread]
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "accounts/account.hpp"
#include "channels/channel.hpp"
#include "channels/cloud/templates.hpp"
#include "channels/cloud/token.hpp"
#include "core/executor.hpp"
#include "core/log.hpp"

namespace parley::accounts {

// What leads from an account to its provider: the channel, and what only some providers have.
struct Lines {
    std::shared_ptr<channels::Channel> channel;
    std::shared_ptr<channels::TokenKeeper> tokens;        // cloud
    std::shared_ptr<channels::CloudTemplates> templates;  // cloud
};

struct Entry {
    Account account;
    Lines lines;
    bool fixed = false;  // built into the host: no row describes it
    bool gone = false;   // its row was removed; only its id still leads here, and another account may have its name

    channels::Channel& channel() const { return *lines.channel; }
};

class Directory {
public:
    // Makes the channel of a checked account; throws ErrorException when it cannot be made.
    using Make = std::function<Lines(const Account&)>;
    // An account is new, or has another channel.
    using Changed = std::function<void(const Entry&)>;

    Directory(Executor& executor, Make make, Changed changed, Logger log);

    // An account of the host's own.
    void adopt(Account account, std::shared_ptr<channels::Channel> channel);

    // What the database holds now. One that is gone or disabled keeps its place with a channel that refuses everything,
    // so that its queue waits; one that cannot be made does so as well, and the log says why.
    void apply(std::vector<Account> accounts);

    // Makes the channel of a configured account again: something beside its row changed.
    void renew(AccountId id);

    // Null: there is none. Pointers hold until the next apply() or renew().
    const Entry* find(AccountId id) const;
    const Entry* find(std::string_view name) const;
    std::vector<const Entry*> all() const;
    std::vector<const Entry*> of_channel(std::string_view channel) const;

private:
    Entry& set(Account account);

    Executor& executor_;
    Make make_;
    Changed changed_;
    Logger log_;
    std::map<AccountId, Entry> entries_;
};

}  // namespace parley::accounts
