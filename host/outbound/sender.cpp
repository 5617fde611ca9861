#include "outbound/sender.hpp"

#include "channels/fallback.hpp"
#include "core/failpoint.hpp"
#include "media/open_file.hpp"
#include "outbound/account_line.hpp"
#include "outbound/pieces.hpp"

namespace parley::outbound {
namespace {

// Files open at once, a piece of each in memory: a video for everybody must not take all descriptors there are.
constexpr std::size_t most_files = 64;

// Meta's rule: only what answers somebody within 24 hours may be free text.
constexpr UnixMillis conversation_window = 24LL * 3600 * 1000;

}  // namespace

Sender::Sender(Executor& executor, db::Journal& journal, WorkerPool& workers, media::Store& media, IdGenerator& ids,
               Outbox::Table table, std::size_t max_in_memory, RetryRules rules, Metrics& metrics, Logger log)
    : executor_(executor),
      journal_(journal),
      workers_(workers),
      media_(media),
      ids_(ids),
      rules_(rules),
      log_(std::move(log)),
      outbox_(max_in_memory, std::move(table), [this](Outbound& message) { start(message); }),
      sent_(metrics.counter("parley_messages_sent_total", "Outbound messages taken by their provider")),
      failed_(metrics.counter("parley_sends_failed_total", "Outbound messages that ended as failed")),
      retried_(metrics.counter("parley_sends_retried_total", "Attempts to send that are made again")),
      latency_(metrics.histogram("parley_delivery_seconds",
                                 "From the commit of a message's id to its provider's taking it")) {}

Sender::~Sender() = default;

void Sender::set_account(AccountId id, std::string name, std::shared_ptr<channels::Channel> channel,
                         AccountLimits limits) {
    const TokenBucket bucket(limits.rate, limits.rate, std::chrono::steady_clock::now());
    const RecipientLimits recipients(limits.person_rate, limits.person_burst);
    auto& account = accounts_[id];
    if (!account) {
        account =
            std::make_unique<Account>(Account{id, std::move(name), std::move(channel), limits, bucket, recipients});
        outbox_.of(id);  // what it left behind is sent
        return;
    }
    account->name = std::move(name);
    if (!settles_doubts(*account->channel) && settles_doubts(*channel)) account->opened = unix_now();
    account->channel = std::move(channel);
    account->limits = limits;
    account->bucket = bucket;
    account->recipients = recipients;
    retry_now(id);
    // What waited for the old rate need not.
    executor_.cancel(std::exchange(account->wake, 0));
    pump(*account);
}

std::shared_ptr<channels::Channel> Sender::channel_of(AccountId id) const {
    const auto found = accounts_.find(id);
    return found == accounts_.end() ? nullptr : found->second->channel;
}

std::vector<Outbound> Sender::in_pieces(Outbound message) const {
    const auto channel = channel_of(message.account);
    return outbound::in_pieces(std::move(message), channel ? channel->capabilities().max_text : 0);
}

MessageId Sender::enqueue(Outbound message, UniqueFunction<void(Result<void>)> done) {
    if (message.trace.empty()) message.trace = make_trace();
    std::vector<Outbound> rows = in_pieces(std::move(message));
    std::vector<MessageId> ids;
    auto& queue = outbox_.of(rows.front().account);
    for (auto& row : rows) {
        row.id = ids_.next();
        ids.push_back(row.id);
        queue.reserve(row);
    }
    const MessageId first = ids.front();
    journal_.enqueue(std::move(rows),
                     [this, &queue, ids = std::move(ids), done = std::move(done)](Result<void> written) mutable {
                         for (const MessageId id : ids) {
                             if (written) {
                                 queue.committed(id);
                             } else {
                                 queue.aborted(id);
                             }
                         }
                         if (!written && !done)
                             log_.error("enqueue.failed", {{"message", ids.front()}, {"why", written.error().message}});
                         if (done) done(std::move(written));
                     });
    return first;
}

void Sender::start(Outbound& message) {
    if (const auto withdrawn = withdrawn_.find(message.id); withdrawn != withdrawn_.end()) {
        withdrawn->second = std::make_shared<Outbound>(std::move(message));
        return;
    }
    const auto found = accounts_.find(message.account);
    if (found == accounts_.end()) {
        log_.error("send.no_account", {{"message", message.id}, {"account", message.account}});
        record_failure(message.account, message.id, "the account it should leave by is not configured any more");
        return;
    }
    begin(*found->second, std::make_shared<Outbound>(std::move(message)));
}

// Sends what is ready, as far as rate and concurrency allow; otherwise sees to it that it is called again.
void Sender::pump(Account& account) {
    while (!paused_ && !account.ready.empty() && account.sending < account.limits.concurrency) {
        const auto now = std::chrono::steady_clock::now();
        const auto quiet = std::chrono::ceil<std::chrono::milliseconds>(account.quiet_until - now);
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
        auto message = std::move(account.ready.front());
        account.ready.pop_front();
        if (doubt_opened(account, message)) continue;
        // An account that is closed for a while cannot be asked: the question stays.
        const bool asks = !account.to_look_up.empty() && account.channel->capabilities().keeps_history;
        const auto question =
            asks ? account.to_look_up.extract(message->id) : decltype(account.to_look_up)::node_type();
        if (reported_.erase(message->id) != 0) {
            outbox_.of(account.id).finish(message->id);
            continue;
        }
        const auto crowded = question ? std::chrono::milliseconds(0) : account.recipients.take(message->chat, now);
        if (crowded.count() > 0) {
            retry_later(account, message, static_cast<int>(crowded.count()));
            continue;
        }
        if (message->tried_since == 0) message->tried_since = unix_now();
        account.bucket.take(now);
        ++account.sending;
        ++sending_;
        if (question) {
            look_up(account, message, question.mapped());
        } else {
            load(account, message);
        }
    }
}

// A file is opened on a worker thread, then the message goes on: its bytes are read as they are sent.
void Sender::load(Account& account, const Message& message) {
    if (message->kind != OutboundKind::media || message->media.stored.empty()) {
        check_window(account, message);
        return;
    }
    if (loading_ >= most_files) {
        waiting_to_load_.emplace_back(&account, message);
        return;
    }
    ++loading_;
    ++preparing_;
    if (message->voice && voice_) {
        make_voice(account, message);
    } else {
        open_file(account, message);
    }
}

// What cannot be made a voice note is still worth hearing: it goes out as ordinary audio.
void Sender::make_voice(Account& account, const Message& message) {
    voice_->make(message->media, [this, &account, message](Result<Media> made) {
        executor_.post([this, &account, message, made = std::move(made)] {
            if (paused_) return;
            if (made) {
                message->media = *made;
            } else {
                message->voice = false;
                log_.info("voice.sent_as_audio", {{"trace", message->trace}, {"why", made.error().message}});
            }
            open_file(account, message);
        });
    });
}

// A pause keeps back what is not open yet: the outbox has it for the next start.
void Sender::open_file(Account& account, const Message& message) {
    const bool taken = workers_.submit([this, &account, message] {
        auto opened = media::open_file(media_, message->media.stored, workers_);
        executor_.post([this, &account, message, opened = std::move(opened)]() mutable {
            if (paused_) return;
            --preparing_;
            if (!opened) {
                using Class = channels::SendError::Class;
                const bool may_pass = opened.error().code == Errc::unavailable;
                done(account, message,
                     channels::SendError{may_pass ? Class::transient : Class::permanent, opened.error().message, 0});
                return;
            }
            message->media.content = std::move(*opened);
            check_window(account, message);
        });
    });
    if (taken) return;
    --preparing_;
    // Here as below done() takes its turn: a long queue that fails alike would be one deep recursion.
    executor_.post([this, &account, message] {
        done(account, message,
             channels::SendError{channels::SendError::Class::transient, "too many files wait to be read", 0});
    });
}

// Lets the next file in. Its message may have waited through a pause: then it waits on.
void Sender::unload(Outbound& message) {
    if (message.kind != OutboundKind::media || message.media.stored.empty()) return;
    message.media.content.reset();
    --loading_;
    if (waiting_to_load_.empty() || paused_) return;
    auto [account, next] = std::move(waiting_to_load_.front());
    waiting_to_load_.pop_front();
    load(*account, next);
}

// Free text outside the window would be refused by the provider, at a price: it is refused here, with words that help.
void Sender::check_window(Account& account, const Message& message) {
    const bool bound = account.channel->capabilities().conversation_window && heard_since_ &&
                       message->kind != OutboundKind::template_message;
    const UnixMillis edge = unix_now() - conversation_window;
    // The usual case costs no question. What an earlier process left does not tell any more what it answers.
    if (!bound || (message->answers && IdGenerator::time_of(message->cause) > edge)) {
        attempt(account, message);
        return;
    }
    heard_since_(message->account, message->chat, edge, [this, &account, message](Result<bool> heard) {
        using Class = channels::SendError::Class;
        if (!heard) {
            done(account, message, channels::SendError{Class::transient, heard.error().message, 0});
        } else if (!*heard) {
            done(
                account, message,
                channels::SendError{Class::permanent,
                                    "nobody wrote in this chat within 24 hours: WhatsApp takes only a template message "
                                    "(kind \"template\") here",
                                    0});
        } else {
            attempt(account, message);
        }
    });
}

void Sender::attempt(Account& account, const Message& message) {
    failpoint("before-send");
    ++message->attempts;
    message->attempted = unix_now();
    const auto channel = account.channel;  // send() may lead to another one being set
    const auto shaped = channels::with_fallback(*message, channel->capabilities());
    if (!shaped) {
        executor_.post([this, &account, message, why = shaped.error().message] {
            done(account, message, channels::SendError{channels::SendError::Class::permanent, why, 0});
        });
        return;
    }
    // A channel may answer before send() returns. Such answers take their turn, or a long queue would be one deep
    // recursion.
    in_send_ = true;
    channel->send(*shaped, [this, &account, message](channels::SendResult result) {
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

void Sender::retry_now() {
    for (auto& [id, account] : accounts_) retry_now(id);
}

void Sender::retry_now(AccountId id) {
    const auto found = accounts_.find(id);
    if (found == accounts_.end() || !found->second->halted) return;
    Account& account = *found->second;
    account.quiet_until = {};
    executor_.cancel(account.wake);
    account.wake = 0;
    pump(account);
}

std::vector<Sender::AccountState> Sender::accounts() const {
    std::vector<AccountState> states;
    for (const auto& [id, account] : accounts_)
        states.push_back({id, account->name, account->sending, account->ready.size(), account->in_doubt,
                          account->bucket.rate(), account->halted, account->halted_because, account->last_failure});
    return states;
}

}  // namespace parley::outbound
