#include "outbound/sender.hpp"

#include "channels/fallback.hpp"
#include "core/failpoint.hpp"

namespace parley::outbound {
namespace {

// Files in memory at once, up to 64 MiB each: a video for everybody must not take all memory there is.
constexpr std::size_t most_files = 8;

}  // namespace

struct Sender::Account {
    AccountId id;
    std::string name;
    channels::Channel& channel;
    AccountLimits limits;
    TokenBucket bucket;
    std::deque<Message> ready;  // first of their chats, not yet on their way; bounded by the queue's memory
    std::size_t sending = 0;
    SteadyTime quiet_until{};  // throttled or halted: nothing is sent before
    Executor::TimerId wake = 0;
    bool halted = false;
    std::string halted_because;
};

Sender::Sender(Executor& executor, db::Journal& journal, WorkerPool& workers, media::Store& media, IdGenerator& ids,
               Read read, std::size_t max_in_memory, RetryRules rules, Metrics& metrics, Logger log)
    : executor_(executor),
      journal_(journal),
      workers_(workers),
      media_(media),
      ids_(ids),
      rules_(rules),
      log_(std::move(log)),
      queue_({max_in_memory, 500}, std::move(read), [this](const Outbound& message) { start(message); }),
      sent_(metrics.counter("parley_messages_sent_total", "Outbound messages taken by their provider")),
      failed_(metrics.counter("parley_sends_failed_total", "Outbound messages that ended as failed")),
      retried_(metrics.counter("parley_sends_retried_total", "Attempts to send that are made again")),
      latency_(metrics.histogram("parley_delivery_seconds",
                                 "From the commit of a message's id to its provider's taking it")) {}

Sender::~Sender() = default;

void Sender::add_account(AccountId id, std::string name, channels::Channel& channel, AccountLimits limits) {
    const TokenBucket bucket(limits.rate, limits.rate, std::chrono::steady_clock::now());
    accounts_[id] =
        std::make_unique<Account>(Account{id, std::move(name), channel, limits, bucket, {}, 0, {}, 0, false, {}});
}

channels::Channel* Sender::channel_of(AccountId id) const {
    const auto found = accounts_.find(id);
    return found == accounts_.end() ? nullptr : &found->second->channel;
}

MessageId Sender::enqueue(Outbound message, UniqueFunction<void(Result<void>)> done) {
    message.id = ids_.next();
    if (message.trace.empty()) message.trace = make_trace();
    const MessageId id = message.id;
    queue_.reserve(message);
    std::vector<Outbound> rows;
    rows.push_back(std::move(message));
    journal_.enqueue(std::move(rows), [this, id, done = std::move(done)](Result<void> written) mutable {
        if (written) {
            queue_.committed(id);
        } else {
            queue_.aborted(id);
            if (!done) log_.error("enqueue.failed", {{"message", id}, {"why", written.error().message}});
        }
        if (done) done(std::move(written));
    });
    return id;
}

void Sender::start(const Outbound& message) {
    const auto found = accounts_.find(message.account);
    auto copy = std::make_shared<Outbound>(message);
    if (found == accounts_.end()) {
        log_.error("send.no_account", {{"message", message.id}, {"account", message.account}});
        journal_.failed(message.id, "the account it should leave by is not configured any more",
                        [this, id = message.id] { queue_.finish(id); });
        return;
    }
    found->second->ready.push_back(std::move(copy));
    pump(*found->second);
}

// Sends what is ready, as far as rate and concurrency allow; otherwise sees to it that it is called again.
void Sender::pump(Account& account) {
    while (!paused_ && !account.ready.empty() && account.sending < account.limits.concurrency) {
        const auto now = std::chrono::steady_clock::now();
        const auto quiet = std::chrono::duration_cast<std::chrono::milliseconds>(account.quiet_until - now);
        const auto wait = std::max(quiet, account.bucket.wait(now));
        // A halted account tries one message at a time.
        if (account.halted && account.sending > 0) return;
        if (wait.count() > 0) {
            if (account.wake == 0)
                account.wake = executor_.after(wait, [this, &account] {
                    account.wake = 0;
                    pump(account);
                });
            return;
        }
        account.bucket.take(now);
        auto message = std::move(account.ready.front());
        account.ready.pop_front();
        ++account.sending;
        ++sending_;
        load(account, message);
    }
}

// A file is read on a worker thread, then the message goes on.
void Sender::load(Account& account, const Message& message) {
    if (message->kind != OutboundKind::media || message->media.stored.empty()) {
        attempt(account, message);
        return;
    }
    if (loading_ >= most_files) {
        waiting_to_load_.emplace_back(&account, message);
        return;
    }
    ++loading_;
    const bool taken = workers_.submit([this, &account, message] {
        auto content = media_.read(message->media.stored);
        executor_.post([this, &account, message, content = std::move(content)]() mutable {
            if (!content) {
                done(account, message,
                     channels::SendError{channels::SendError::Class::permanent, content.error().message, 0});
                return;
            }
            message->media.bytes = std::make_shared<const std::string>(std::move(*content));
            attempt(account, message);
        });
    });
    if (!taken)
        done(account, message,
             channels::SendError{channels::SendError::Class::transient, "too many files wait to be read", 0});
}

// Lets the next file in. Its message may have waited through a pause: then it waits on.
void Sender::unload(Outbound& message) {
    if (message.kind != OutboundKind::media || message.media.stored.empty()) return;
    message.media.bytes.reset();
    --loading_;
    if (waiting_to_load_.empty() || paused_) return;
    auto [account, next] = std::move(waiting_to_load_.front());
    waiting_to_load_.pop_front();
    load(*account, next);
}

void Sender::attempt(Account& account, const Message& message) {
    failpoint("before-send");
    ++message->attempts;
    const auto shaped = channels::with_fallback(*message, account.channel.capabilities());
    // A channel may answer before send() returns. Such answers take their turn, or a long queue would be one deep
    // recursion.
    in_send_ = true;
    account.channel.send(shaped, [this, &account, message](channels::SendResult result) {
        failpoint("after-send");
        if (!in_send_) {
            done(account, message, std::move(result));
            return;
        }
        executor_.post([this, &account, message, result = std::move(result)]() mutable {
            done(account, message, std::move(result));
        });
    });
    in_send_ = false;
}

void Sender::done(Account& account, const Message& message, channels::SendResult result) {
    --account.sending;
    --sending_;
    unload(*message);
    if (!result) {
        failed(account, message, result.error());
    } else {
        if (account.halted) {
            account.halted = false;
            account.halted_because.clear();
            log_.info("account.resumed", {{"account", account.name}});
        }
        sent_.add();
        latency_.observe(static_cast<double>(unix_now() - IdGenerator::time_of(message->id)) / 1000.0);
        log_.debug("message.sent",
                   {{"trace", message->trace}, {"message", message->id}, {"provider_id", result->provider_id}});
        // The queue lets go of it only when the outbox has: otherwise a reading of the table could bring it back.
        journal_.sent(message->id, result->provider_id, [this, id = message->id] {
            failpoint("after-mark");
            queue_.finish(id);
        });
    }
    pump(account);
}

void Sender::failed(Account& account, const Message& message, const channels::SendError& error) {
    const double chance = std::uniform_real_distribution<double>(0, 1)(random_);
    const long long age = unix_now() - IdGenerator::time_of(message->id);
    const Decision decision = decide(error, message->attempts, age, chance, rules_);
    log_.warn("send.failed", {{"trace", message->trace},
                              {"message", message->id},
                              {"account", account.name},
                              {"attempt", message->attempts},
                              {"why", error.reason},
                              {"wait_ms", decision.wait_ms}});
    if (decision.what == Decision::What::fail) {
        give_up(account, message, error.reason);
        return;
    }
    retried_.add();
    if (decision.slow_account) {
        const auto until = std::chrono::steady_clock::now() + std::chrono::milliseconds(decision.wait_ms);
        account.quiet_until = std::max(account.quiet_until, until);
    }
    if (decision.what == Decision::What::halt) {
        halt(account, error.reason);
        account.ready.push_front(message);  // it is the one to be tried when the time has come
        return;
    }
    retry_later(account, message, decision.wait_ms);
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
    journal_.failed(message->id, reason, [this, id = message->id] { queue_.finish(id); });
}

void Sender::halt(Account& account, const std::string& reason) {
    if (!account.halted)
        log_.error("account.halted", {{"account", account.name}, {"why", reason}, {"waiting", account.ready.size()}});
    account.halted = true;
    account.halted_because = reason;
}

void Sender::retry_now() {
    for (auto& [id, account] : accounts_) {
        if (!account->halted) continue;
        account->quiet_until = {};
        executor_.cancel(account->wake);
        account->wake = 0;
        pump(*account);
    }
}

std::vector<Sender::AccountState> Sender::accounts() const {
    std::vector<AccountState> states;
    for (const auto& [id, account] : accounts_)
        states.push_back(
            {account->name, account->sending, account->ready.size(), account->halted, account->halted_because});
    return states;
}

}  // namespace parley::outbound
