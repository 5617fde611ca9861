#include "accounts/catch_up.hpp"

#include <algorithm>

#include "core/ids.hpp"

namespace parley::accounts {
namespace {

using std::chrono::milliseconds;

constexpr std::chrono::minutes between_looks{5};
constexpr std::chrono::seconds soon{10};  // what refused a webhook may have passed by then
constexpr milliseconds first_wait = std::chrono::seconds(5), longest_wait = std::chrono::minutes(5);

// Providers' lists are a little late, and their clocks are not ours.
constexpr UnixMillis overlap_ms = 60'000;

}  // namespace

CatchUp::CatchUp(Executor& executor, const Directory& directory, Take take, Logger log)
    : executor_(executor),
      directory_(directory),
      take_(std::move(take)),
      log_(std::move(log)),
      looked_(unix_now() - overlap_ms) {
    look_later();
}

// What is built into the host needs no network to reach it.
void CatchUp::look_later() {
    executor_.after(between_looks, [this] {
        const UnixMillis since = std::exchange(looked_, unix_now() - overlap_ms);
        for (const auto* entry : directory_.all())
            if (!entry->fixed) ask_after(entry->account.id, since, milliseconds(0));
        look_later();
    });
}

void CatchUp::missing(UnixMillis since) {
    for (const auto* entry : directory_.all()) {
        lines_[entry->account.id].failures = 0;
        ask_after(entry->account.id, since, milliseconds(0));
    }
}

void CatchUp::refused(AccountId account) {
    ask_after(account, unix_now() - overlap_ms, soon);
}

// While it is asked about, or is to be, only what is asked for changes. Only an outage that is over hurries it.
void CatchUp::ask_after(AccountId account, UnixMillis since, milliseconds wait) {
    Line& line = lines_[account];
    line.since = line.since == 0 ? since : std::min(line.since, since);
    if (line.asking || (line.timer != 0 && (wait.count() > 0 || line.failures > 0))) return;
    executor_.cancel(line.timer);
    line.timer = executor_.after(wait, [this, account] { ask(account); });
}

void CatchUp::ask(AccountId account) {
    Line& line = lines_[account];
    line.timer = 0;
    const auto* entry = directory_.find(account);
    if (!entry || !entry->channel().capabilities().keeps_history) {
        lines_.erase(account);
        return;
    }
    line.asking = true;
    const UnixMillis since = std::exchange(line.since, 0);
    const auto channel = entry->lines.channel;  // may be exchanged for another meanwhile
    channel->missed(since, [this, channel, account, since](Result<channels::Decoded> missed) {
        take(account, since, std::move(missed));
    });
}

void CatchUp::take(AccountId account, UnixMillis since, Result<channels::Decoded> missed) {
    if (!missed) return asked(account, since, missed.error());
    for (auto& part : missed->unclaimed) part.account = account;
    log_.debug("account.asked_for_missed", {{"account", account}, {"messages", missed->messages.size()}});
    take_(*directory_.find(account), std::move(*missed),
          [this, account, since](Result<void> taken) { asked(account, since, taken); });
}

void CatchUp::asked(AccountId account, UnixMillis since, const Result<void>& taken) {
    Line& line = lines_[account];
    line.asking = false;
    const auto* entry = directory_.find(account);
    if (taken) {
        if (line.failures > 0) log_.info("account.caught_up", {{"account", entry->account.name}});
        line.failures = 0;
        if (line.since != 0) ask_after(account, line.since, soon);
        return;
    }
    log_.warn("account.not_caught_up", {{"account", entry->account.name}, {"why", taken.error().message}});
    const auto wait = std::min(longest_wait, first_wait * (1 << std::min(line.failures, 10)));
    ask_after(account, since, wait);
    ++line.failures;
}

}  // namespace parley::accounts
