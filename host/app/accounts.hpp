// The accounts of this host: read from the database, made into channels, handed to sender and intake. Those built in
// (the gateway of the settings, the support desk, the terminal, the rooms) stand beside those that people configure.
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <shared_mutex>
#include <string_view>
#include <vector>

#include "accounts/catch_up.hpp"
#include "accounts/directory.hpp"
#include "accounts/registry.hpp"
#include "app/gateway_account.hpp"
#include "channels/support/support_channel.hpp"
#include "channels/terminal/terminal_channel.hpp"
#include "channels/web/web_channel.hpp"
#include "config/config.hpp"
#include "config/settings.hpp"
#include "media/store.hpp"
#include "net/client.hpp"
#include "net/loop.hpp"
#include "outbound/sender.hpp"
#include "pipeline/intake.hpp"

namespace parley::app {

struct AccountIds {
    AccountId gateway = 0, support = 0, terminal = 0, web = 0;
};

class Accounts {
public:
    struct Parts {
        const config::Config& config;
        const config::Settings& settings;
        const config::Vault& vault;
        db::Pool& pool;
        net::Client& client;
        net::Loop& loop;
        std::function<Result<std::string>(const std::string& stored_name)> public_link;
        Logger log;
    };

    explicit Accounts(Parts parts);

    // [blocks; not on the I/O thread] Rows: the built-in ones, the environment's, those there are. Errors say what to
    // mend.
    Result<void> load();

    // [I/O thread] Makes the channels. Sender and intake outlive what they are handed.
    void open(outbound::Sender& sender, pipeline::Intake& intake);

    // [I/O thread] Takes over what the database holds now.
    void refresh(UniqueFunction<void(Result<void>)> done);

    // [I/O thread] The setting public_url has another value: accounts that have none of their own follow it.
    void public_url_changed();

    // [I/O thread] Takes in what came since then and met nobody, from providers that keep a list of it. What is known
    // already is not taken twice.
    void catch_up(UnixMillis since) { catch_up_->missing(since); }
    // [I/O thread] The same, soon, for an account whose webhook was just refused.
    void catch_up_soon(AccountId account) { catch_up_->refused(account); }

    // [I/O thread] The blue ticks, where the account wants them shown.
    void mark_read(const Inbound& message) const;

    const accounts::Directory& directory() const { return directory_; }
    accounts::Registry& registry() { return registry_; }
    const AccountIds& ids() const { return ids_; }
    GatewayAccount& gateway() { return *gateway_; }
    channels::SupportChannel& support() { return *support_; }
    channels::TerminalChannel& terminal() { return *terminal_; }
    channels::WebChannel& web() { return *web_; }

    // [I/O thread] The account to send by: the one named; else the gateway of the settings, if it is configured; else
    // the only one there is.
    Result<const accounts::Entry*> sending_account(const std::string& name) const;

    // [any thread] "cloud", ...: static text; "unknown" when there is no such account.
    std::string_view channel_of(AccountId account) const;

    // [any thread] What its channel can do; nothing when there is no such account.
    channels::Capabilities capabilities_of(AccountId account) const;

    // [I/O thread] An account is new, or is another one now: what was remembered of it may be wrong.
    std::function<void()> on_changed = [] {};

private:
    struct Known {
        std::string_view channel;
        channels::Capabilities can;
    };

    accounts::Lines make(const accounts::Account& account);
    void changed(const accounts::Entry& entry);
    void tell_what_is_ignored(const accounts::Account& of_environment) const;
    void let_look_up(outbound::Sender& sender) const;
    void take_missed(const accounts::Entry& entry, channels::Decoded missed, UniqueFunction<void(Result<void>)> done);

    Parts parts_;
    accounts::Registry registry_;
    accounts::Directory directory_;
    std::optional<accounts::CatchUp> catch_up_;
    AccountIds ids_;
    std::vector<accounts::Account> stored_;
    std::shared_ptr<GatewayAccount> gateway_;
    std::shared_ptr<channels::SupportChannel> support_;
    std::shared_ptr<channels::TerminalChannel> terminal_;
    std::shared_ptr<channels::WebChannel> web_;
    std::uint64_t readings_ = 0, applied_ = 0;  // of the database by refresh(): begun, and the latest that counts
    outbound::Sender* sender_ = nullptr;
    pipeline::Intake* intake_ = nullptr;
    mutable std::shared_mutex mutex_;  // guards known_
    std::map<AccountId, Known> known_;
};

}  // namespace parley::app
