// What becomes of a message after an attempt to send it: sent, tried again, in doubt, given up.

#include <algorithm>

#include "core/failpoint.hpp"
#include "outbound/account_line.hpp"

namespace parley::outbound {
namespace {

// How long a report is waited for after a send whose answer was lost.
constexpr int doubt_patience_ms = 120'000;

// Reports come within seconds. What was sent by a process that ended is told when the provider repeats the webhooks
// that met nobody.
constexpr int recovered_patience_ms = 30'000;

// Providers list what they accepted a little late.
constexpr int listed_after_ms = 6'000;

// The database was away when it was asked about a send.
constexpr std::chrono::seconds recorded_again{1};

// It refused to record what became of one. Whoever mends it, by hand, is not faster than that.
constexpr std::chrono::minutes record_again{1};

// So many failures in a row, over all chats, and the account tries one message at a time until one gets through.
constexpr std::size_t breaker_failures = 20;

}  // namespace

void Sender::done(Account& account, const Message& message, channels::SendResult result) {
    --account.sending;
    --sending_;
    unload(*message);
    if (result) {
        reported_.erase(message->id);
        sent(account, message, *result);
    } else {
        failed(account, message, result.error());
    }
    pump(account);
}

void Sender::sent(Account& account, const Message& message, const channels::Sent& sent) {
    resume(account);
    sent_.add();
    latency_.observe(static_cast<double>(unix_now() - IdGenerator::time_of(message->id)) / 1000.0);
    log_.debug("message.sent",
               {{"trace", message->trace}, {"message", message->id}, {"provider_id", sent.provider_id}});
    record(account.id, message->id, sent.provider_id);
}

void Sender::record(AccountId account, MessageId id, const std::string& provider_id) {
    journal_.sent(id, provider_id, [this, account, id, provider_id](const Result<void>& written) {
        failpoint("after-mark");
        ended(account, id, written, [this, account, id, provider_id] { record(account, id, provider_id); });
    });
}

void Sender::record_failure(AccountId account, MessageId id, const std::string& reason) {
    journal_.failed(id, reason, [this, account, id, reason](const Result<void>& written) {
        ended(account, id, written, [this, account, id, reason] { record_failure(account, id, reason); });
    });
}

// The queue lets go of it only when the outbox has: otherwise a reading of the table could bring it back. What the
// database will not record is set aside, so that its row is not sent again, and its chat goes on.
void Sender::ended(AccountId account, MessageId id, const Result<void>& written, UniqueFunction<void()> write_again) {
    reported_.erase(id);  // a report may have come since
    if (written) {
        outbox_.of(account).finish(id);
        on_outcome_(id);
        return;
    }
    log_.error("message.end_not_recorded", {{"message", id}, {"why", written.error().message}});
    outbox_.of(account).set_aside(id);
    executor_.after(record_again, std::move(write_again));
}

// Nobody tries while the account is halted or disabled, the host is down, or it is a dead letter: what is left of the
// message's time then is not used up.
long long Sender::tried_for(const Account& account, const Outbound& message) {
    return unix_now() - std::max(message.tried_since, account.held_up);
}

void Sender::failed(Account& account, const Message& message, const channels::SendError& error) {
    using Class = channels::SendError::Class;
    const double chance = std::uniform_real_distribution<double>(0, 1)(random_);
    const Decision decision = decide(error, message->attempts, tried_for(account, *message), chance, rules_);
    log_.warn("send.failed", {{"trace", message->trace},
                              {"message", message->id},
                              {"account", account.name},
                              {"attempt", message->attempts},
                              {"why", error.reason},
                              {"wait_ms", decision.wait_ms}});
    on_failure_(*message, error);
    // A report was faster than this answer.
    if (reported_.erase(message->id) != 0) {
        outbox_.of(account.id).finish(message->id);
        return;
    }
    if (decision.what == Decision::What::fail) {
        // The provider was there to say no.
        if (error.kind == Class::permanent) resume(account);
        give_up(account, message, error.reason);
        return;
    }
    retried_.add();
    account.last_failure = error.reason;
    if (error.kind == Class::throttled) account.bucket.slow_down(std::chrono::steady_clock::now());
    if (decision.slow_account) {
        const auto until = std::chrono::steady_clock::now() + std::chrono::milliseconds(decision.wait_ms);
        account.quiet_until = std::max(account.quiet_until, until);
    }
    if (decision.what == Decision::What::halt) {
        account.held_up = unix_now();
        halt(account, error.reason);
        account.ready.push_front(message);  // it is the one to be tried when the time has come
        return;
    }
    const bool unreachable = error.kind == Class::transient || error.kind == Class::in_doubt;
    if (unreachable && ++account.failures >= breaker_failures) {
        const auto until = std::chrono::steady_clock::now() + std::chrono::milliseconds(decision.wait_ms);
        account.quiet_until = std::max(account.quiet_until, until);
        halt(account, "nothing got through " + std::to_string(account.failures) + " times in a row: " + error.reason);
    }
    const auto can = account.channel->capabilities();
    if (error.kind == Class::in_doubt && can.hands_back_ids) return doubt(account, message, doubt_patience_ms);
    const bool ask = error.kind == Class::in_doubt && can.keeps_history;
    if (ask) account.to_look_up.emplace(message->id, 0);
    retry_later(account, message, ask ? std::max(decision.wait_ms, listed_after_ms) : decision.wait_ms);
}

// Waits for a report that names it. Its chat waits with it, so that order is kept.
void Sender::doubt(Account& account, const Message& message, int patience_ms) {
    ++account.in_doubt;
    doubted_[message->id] = executor_.after(std::chrono::milliseconds(patience_ms), [this, &account, message] {
        --account.in_doubt;
        doubted_.erase(message->id);
        log_.warn("send.not_confirmed",
                  {{"trace", message->trace}, {"message", message->id}, {"account", account.name}});
        account.ready.push_back(message);
        pump(account);
    });
}

// A message of an earlier process may have been on its way when that ended.
void Sender::begin(Account& account, const Message& message) {
    const auto patience = began_ + recovered_patience_ms - unix_now();
    if (message->replayed && patience > 0 && IdGenerator::time_of(message->id) < began_) {
        const auto can = account.channel->capabilities();
        message->replayed = !settles_doubts(*account.channel);
        if (can.hands_back_ids) return doubt(account, message, static_cast<int>(patience));
        if (can.keeps_history) account.to_look_up.emplace(message->id, 0);
    }
    account.ready.push_back(message);
    pump(account);
}

// The same for an account that was disabled when this process began, once it is enabled. True: it waits for a report.
bool Sender::doubt_opened(Account& account, const Message& message) {
    const bool theirs = message->replayed && IdGenerator::time_of(message->id) < began_;
    if (account.opened == 0 || !theirs || !settles_doubts(*account.channel)) return false;
    message->replayed = false;
    const auto patience = account.opened + recovered_patience_ms - unix_now();
    const auto can = account.channel->capabilities();
    if (can.hands_back_ids && patience > 0) {
        doubt(account, message, static_cast<int>(patience));
        return true;
    }
    if (can.keeps_history) account.to_look_up.emplace(message->id, 0);
    return false;
}

void Sender::settled(AccountId reporter, MessageId id) {
    auto& queue = outbox_.of(reporter);
    // Perhaps it is just being read back from the table, by a reading that was faster than the report's commit.
    if (!queue.find_item(id)) return queue.finish(id);
    const auto found = doubted_.find(id);
    if (found == doubted_.end()) {
        reported_.insert(id);  // on its way or to be tried again: its answer, or its turn, ends it
        return;
    }
    executor_.cancel(found->second);
    doubted_.erase(found);
    if (const auto account = accounts_.find(reporter); account != accounts_.end()) {
        --account->second->in_doubt;
        resume(*account->second);
    }
    sent_.add();
    queue.finish(id);
}

// Until the database has taken its failure it holds its chat, for it may yet have to be sent.
bool Sender::drop(MessageId id, const std::string& reason, UniqueFunction<void(Result<void>)> done) {
    auto* queue = outbox_.holding(id);
    if (!queue || reported_.count(id) != 0 || withdrawn_.count(id) != 0) return false;
    Message ready;
    if (queue->started(id)) {
        const auto found = accounts_.find(queue->find_item(id)->account);
        if (found == accounts_.end() || found->second->to_look_up.count(id) != 0) return false;
        auto& line = found->second->ready;
        const auto place = std::find_if(line.begin(), line.end(), [&](const auto& one) { return one->id == id; });
        if (place == line.end()) return false;
        ready = std::move(*place);
        line.erase(place);
    }
    withdrawn_.emplace(id, std::move(ready));
    journal_.failed(id, reason, [this, queue, id, done = std::move(done)](Result<void> written) mutable {
        const Message held = withdrawn_.extract(id).mapped();
        if (written) {
            reported_.erase(id);
            queue->finish(id);
            on_outcome_(id);
        } else if (held) {
            start(*held);
        }
        done(std::move(written));
    });
    return true;
}

// Asks the provider whether it has the message already. That takes a turn, as sending does: many questions at once, at
// the start or after an outage, are bound by the account's rate.
void Sender::look_up(Account& account, const Message& message, int asked) {
    const UnixMillis since = message->attempted != 0 ? message->attempted : IdGenerator::time_of(message->id);
    const auto channel = account.channel;
    channel->find_sent(*message, since, [this, channel, &account, message, asked](channels::SentBefore before) {
        executor_.post([this, &account, message, asked, before = std::move(before)] {
            --account.sending;
            --sending_;
            looked_up(account, message, asked, before);
            pump(account);
        });
    });
}

// While the provider does not answer the message waits: a provider that is away loses nothing by it, and one that comes
// back must not be sent the message twice.
void Sender::looked_up(Account& account, const Message& message, int asked, const channels::SentBefore& before) {
    if (before.verdict == channels::SentBefore::Verdict::found) return found(account, message, before.provider_id);
    if (before.reports && reported_.count(message->id) == 0)
        return doubt(account, message, message->attempted != 0 ? doubt_patience_ms : recovered_patience_ms);
    if (!before.ask_again || tried_for(account, *message) >= rules_.retry_for_ms) {
        account.ready.push_back(message);
        return;
    }
    if (asked == 0)
        log_.warn("send.cannot_be_looked_up",
                  {{"trace", message->trace}, {"message", message->id}, {"account", account.name}});
    account.to_look_up.emplace(message->id, asked + 1);
    retry_later(account, message, std::min(rules_.longest_ms, rules_.base_ms * (1 << std::min(asked, 10))));
}

// The same words may have gone out just before, as another message that is recorded under that id: providers tell times
// to the second, and when this process did not attempt it, they were asked since the message was made.
void Sender::found(Account& account, const Message& message, const std::string& provider_id) {
    if (!recorded_) return sent(account, message, channels::Sent{provider_id});
    recorded_(*message, provider_id, [this, &account, message, provider_id](const Result<bool>& recorded) {
        if (!recorded) {
            executor_.after(recorded_again,
                            [this, &account, message, provider_id] { found(account, message, provider_id); });
        } else if (*recorded) {
            account.ready.push_back(message);
            pump(account);
        } else {
            sent(account, message, channels::Sent{provider_id});
        }
    });
}

void Sender::retry_later(Account& account, const Message& message, int wait_ms) {
    executor_.after(std::chrono::milliseconds(wait_ms), [this, &account, message] {
        account.ready.push_back(message);
        pump(account);
    });
}

void Sender::give_up(Account& account, const Message& message, const std::string& reason) {
    failed_.add();
    log_.error("message.failed",
               {{"trace", message->trace}, {"message", message->id}, {"account", account.name}, {"why", reason}});
    record_failure(account.id, message->id, reason);
}

void Sender::halt(Account& account, const std::string& reason) {
    if (!account.halted)
        log_.error("account.halted", {{"account", account.name}, {"why", reason}, {"waiting", account.ready.size()}});
    account.halted = true;
    account.halted_because = reason;
}

void Sender::resume(Account& account) {
    account.failures = 0;
    account.last_failure.clear();
    if (!account.halted) return;
    account.halted = false;
    account.halted_because.clear();
    log_.info("account.resumed", {{"account", account.name}});
}

}  // namespace parley::outbound
