#include "app/accounts.hpp"

#include <algorithm>

#include "accounts/channel_factory.hpp"
#include "campaigns/message.hpp"
#include "db/store/accounts.hpp"
#include "db/store/repositories.hpp"

namespace parley::app {
namespace {

std::string_view static_name(std::string_view channel) {
    for (const std::string_view name : {"gateway", "support", "terminal", "web"})
        if (channel == name) return name;
    for (const std::string_view name : accounts::configurable_channels())
        if (channel == name) return name;
    return "unknown";
}

accounts::Account built_in(AccountId id, std::string_view channel) {
    accounts::Account account;
    account.id = id;
    account.channel = account.name = std::string(channel);
    return account;
}

outbound::AccountLimits limits_of(const accounts::Account& account) {
    outbound::AccountLimits limits;
    limits.rate = account.number("rate");
    limits.person_rate = account.number("person_rate");
    limits.concurrency = std::max(1u, static_cast<unsigned>(account.number("concurrency")));
    return limits;
}

}  // namespace

Accounts::Accounts(Parts parts)
    : parts_(std::move(parts)),
      registry_(parts_.pool, parts_.vault, parts_.loop),
      directory_(
          parts_.loop, [this](const accounts::Account& account) { return make(account); },
          [this](const accounts::Entry& entry) { changed(entry); }, parts_.log) {}

Result<void> Accounts::load() {
    const auto first = accounts::from_environment(parts_.config.environment);
    if (!first) return first.error();
    for (const auto& account : *first)
        if (auto ok = accounts::check(account); !ok) return ok;
    try {
        parts_.pool.run([&](pqxx::work& tx) {
            ids_.gateway = db::ensure_account(tx, "gateway", "gateway");
            ids_.support = db::ensure_account(tx, "support", "support");
            ids_.terminal = db::ensure_account(tx, "terminal", "terminal");
            ids_.web = db::ensure_account(tx, "web", "web");
        });
        stored_ = registry_.load(*first);
        for (const auto& account : *first) tell_what_is_ignored(account);
    } catch (const ErrorException& failure) {
        return failure.error();
    }
    return {};
}

void Accounts::tell_what_is_ignored(const accounts::Account& of_environment) const {
    const accounts::Account* there = nullptr;
    for (const auto& stored : stored_) {
        if (stored.channel != of_environment.channel) continue;
        if (!there || stored.name == of_environment.name) there = &stored;
    }
    if (!there)
        return parts_.log.info(
            "account.passed_over",
            {{"channel", of_environment.channel},
             {"why", "the environment names an account that was removed: `parley account add` makes one"}});
    // Never the values: credentials are among them.
    for (const auto& variable : accounts::differing_variables(of_environment, *there))
        parts_.log.warn("account.environment_ignored",
                        {{"variable", variable},
                         {"account", there->name},
                         {"why",
                          "the database has another value for it, which counts: change it with `parley account "
                          "set " +
                              there->name + " ...`, or take the variable away"}});
}

void Accounts::open(outbound::Sender& sender, pipeline::Intake& intake) {
    sender_ = &sender;
    intake_ = &intake;
    const auto& config = parts_.config;
    gateway_ =
        std::make_shared<GatewayAccount>(ids_.gateway, config.gateway, parts_.settings, parts_.client, parts_.loop);
    support_ = std::make_shared<channels::SupportChannel>(
        ids_.support, channels::SupportConfig{config.support.token, config.support.allow_unauthenticated}, parts_.loop);
    terminal_ = std::make_shared<channels::TerminalChannel>(parts_.loop);
    web_ = std::make_shared<channels::WebChannel>(parts_.loop);
    directory_.adopt(built_in(ids_.gateway, "gateway"), gateway_);
    directory_.adopt(built_in(ids_.support, "support"), support_);
    directory_.adopt(built_in(ids_.terminal, "terminal"), terminal_);
    directory_.adopt(built_in(ids_.web, "web"), web_);
    directory_.apply(std::move(stored_));
    catch_up_.emplace(
        parts_.loop, directory_,
        [this](const accounts::Entry& entry, channels::Decoded missed, auto done) {
            take_missed(entry, std::move(missed), std::move(done));
        },
        parts_.log);
    let_look_up(sender);
}

// What the sender asks the history before it sends.
void Accounts::let_look_up(outbound::Sender& sender) const {
    auto& pool = parts_.pool;
    auto& loop = parts_.loop;
    sender.set_heard_since([&pool, &loop](AccountId account, const std::string& chat, UnixMillis since, auto done) {
        auto heard = std::make_shared<bool>(false);
        pool.run_async(
            loop,
            [heard, account, chat, person = campaigns::person_of(chat), since](pqxx::work& tx) {
                *heard = db::heard_since(tx, account, chat, person, since);
            },
            [heard, done = std::move(done)](Result<void> ok) mutable {
                done(ok ? Result<bool>(*heard) : Result<bool>(ok.error()));
            },
            db::Rerun::safe);
    });
    sender.set_recorded([&pool, &loop](const Outbound& message, const std::string& provider_id, auto done) {
        auto recorded = std::make_shared<bool>(false);
        pool.run_async(
            loop,
            [recorded, account = message.account, id = message.id, provider_id](pqxx::work& tx) {
                *recorded = db::is_recorded(tx, account, provider_id, id);
            },
            [recorded, done = std::move(done)](Result<void> ok) mutable {
                done(ok ? Result<bool>(*recorded) : Result<bool>(ok.error()));
            },
            db::Rerun::safe);
    });
}

void Accounts::refresh(UniqueFunction<void(Result<void>)> done) {
    const std::uint64_t reading = ++readings_;
    registry_.list([this, reading, done = std::move(done)](Result<std::vector<accounts::Account>> accounts) mutable {
        if (!accounts) return done(accounts.error());
        // Readings side by side may end in any order. One that began later has all that this one was begun for.
        if (reading > applied_) {
            applied_ = reading;
            directory_.apply(std::move(*accounts));
        }
        done({});
    });
}

void Accounts::public_url_changed() {
    std::vector<AccountId> concerned;
    for (const auto* entry : directory_.of_channel("twilio"))
        if (entry->account.get("public_url").empty()) concerned.push_back(entry->account.id);
    for (const AccountId id : concerned) directory_.renew(id);
}

void Accounts::mark_read(const Inbound& message) const {
    const auto* entry = directory_.find(message.account);
    if (entry && !message.provider_id.empty() && entry->account.flag("read_receipts"))
        entry->channel().mark_read(message.chat, message.provider_id);
}

void Accounts::take_missed(const accounts::Entry& entry, channels::Decoded missed,
                           UniqueFunction<void(Result<void>)> done) {
    intake_->accept(static_name(entry.account.channel), std::move(missed),
                    [done = std::move(done)](pipeline::Intake::Outcome outcome, const std::string& why) mutable {
                        const bool stored = outcome == pipeline::Intake::Outcome::stored;
                        done(stored ? Result<void>() : Result<void>(make_error(Errc::unavailable, why)));
                    });
}

accounts::Lines Accounts::make(const accounts::Account& account) {
    accounts::Surroundings surroundings{parts_.client,      parts_.loop, parts_.pool,
                                        parts_.vault,       directory_,  parts_.settings.address("public_url"),
                                        parts_.public_link, parts_.log};
    return accounts::make_lines(account, surroundings);
}

void Accounts::changed(const accounts::Entry& entry) {
    const auto& account = entry.account;
    auto limits = limits_of(account);
    if (account.id == ids_.gateway) limits = {parts_.config.gateway.concurrency, parts_.config.gateway.rate};
    if (entry.fixed && account.id != ids_.gateway) limits = {};
    {
        const std::unique_lock lock(mutex_);
        known_[account.id] = {static_name(account.channel), entry.lines.channel->capabilities()};
    }
    intake_->name_account(account.id, static_name(account.channel));
    sender_->set_account(account.id, account.name, entry.lines.channel, limits);
    on_changed();
}

Result<const accounts::Entry*> Accounts::sending_account(const std::string& name) const {
    if (!name.empty()) {
        const auto* named = directory_.find(name);
        if (!named)
            return make_error(Errc::not_found, "there is no account \"" + name + "\": see `parley account list`");
        return named;
    }
    if (gateway_->configured()) return directory_.find(ids_.gateway);
    const accounts::Entry* only = nullptr;
    for (const auto* entry : directory_.all()) {
        if (entry->fixed || !entry->account.enabled) continue;
        if (only) return make_error(Errc::invalid, "there are several accounts: name the one to send by");
        only = entry;
    }
    return only ? only : directory_.find(ids_.gateway);
}

std::string_view Accounts::channel_of(AccountId account) const {
    const std::shared_lock lock(mutex_);
    const auto found = known_.find(account);
    return found == known_.end() ? std::string_view("unknown") : found->second.channel;
}

channels::Capabilities Accounts::capabilities_of(AccountId account) const {
    const std::shared_lock lock(mutex_);
    const auto found = known_.find(account);
    return found == known_.end() ? channels::Capabilities{} : found->second.can;
}

}  // namespace parley::app
