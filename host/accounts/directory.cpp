#include "accounts/directory.hpp"

#include <set>

#include "accounts/closed_channel.hpp"
#include "core/crypto.hpp"

namespace parley::accounts {
namespace {

bool same(const Account& a, const Account& b) {
    if (a.organisation != b.organisation || a.channel != b.channel || a.name != b.name || a.fields != b.fields ||
        a.enabled != b.enabled || a.secrets.size() != b.secrets.size())
        return false;
    for (const auto& [name, secret] : a.secrets) {
        const auto other = b.secrets.find(name);
        if (other == b.secrets.end() || !crypto::equal_constant_time(secret.reveal(), other->second.reveal()))
            return false;
    }
    return true;
}

}  // namespace

Directory::Directory(Executor& executor, Make make, Changed changed, Logger log)
    : executor_(executor), make_(std::move(make)), changed_(std::move(changed)), log_(std::move(log)) {}

void Directory::adopt(Account account, std::shared_ptr<channels::Channel> channel) {
    const AccountId id = account.id;
    auto& entry = entries_[id] = Entry{std::move(account), {std::move(channel), nullptr, nullptr}, true};
    changed_(entry);
}

void Directory::apply(std::vector<Account> accounts) {
    std::set<AccountId> present;
    for (auto& account : accounts) {
        present.insert(account.id);
        const auto known = entries_.find(account.id);
        const bool there = known != entries_.end() && !known->second.gone;
        if (there && (known->second.fixed || same(known->second.account, account))) continue;
        set(std::move(account));
    }
    for (auto& [id, entry] : entries_) {
        if (entry.fixed || entry.gone || present.count(id) != 0) continue;
        Account gone = entry.account;
        gone.enabled = false;
        set(std::move(gone)).gone = true;
    }
}

void Directory::renew(AccountId id) {
    const auto known = entries_.find(id);
    if (known != entries_.end() && !known->second.fixed && !known->second.gone) set(Account(known->second.account));
}

Entry& Directory::set(Account account) {
    Lines lines;
    std::string why = "the account " + account.name + " is disabled: `parley account enable " + account.name + "`";
    if (account.enabled) {
        try {
            lines = make_(account);
        } catch (const std::exception& failure) {
            why = "the account " + account.name + " cannot be used: " + failure.what();
            log_.error("account.unusable", {{"account", account.name}, {"why", failure.what()}});
        }
    }
    if (!lines.channel) lines.channel = std::make_shared<ClosedChannel>(account.channel, why, executor_);
    log_.info("account.set", {{"account", account.name}, {"channel", account.channel}, {"enabled", account.enabled}});
    const AccountId id = account.id;
    auto& entry = entries_[id] = Entry{std::move(account), std::move(lines), false};
    changed_(entry);
    return entry;
}

const Entry* Directory::find(AccountId id) const {
    const auto found = entries_.find(id);
    return found == entries_.end() ? nullptr : &found->second;
}

const Entry* Directory::find(std::string_view name) const {
    for (const auto& [id, entry] : entries_)
        if (!entry.gone && entry.account.name == name) return &entry;
    return nullptr;
}

std::vector<const Entry*> Directory::all() const {
    std::vector<const Entry*> list;
    for (const auto& [id, entry] : entries_)
        if (!entry.gone) list.push_back(&entry);
    return list;
}

std::vector<const Entry*> Directory::of_channel(std::string_view channel) const {
    std::vector<const Entry*> list;
    for (const auto& [id, entry] : entries_)
        if (entry.account.channel == channel && entry.account.enabled) list.push_back(&entry);
    return list;
}

}  // namespace parley::accounts
