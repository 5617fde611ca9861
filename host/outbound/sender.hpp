// Brings committed outbound messages to their channels: order kept within a chat (also through retries), chats side by
// side, each account with its own concurrency and rate. A message ends as sent or as failed with its reason, never
// silently.
//
// A send whose answer was lost is in doubt. Where the provider hands our id back in its reports, or can be asked, that
// settles it; elsewhere it is made again, since providers know no idempotency key: at least once. The same holds for
// what an earlier process left in the outbox: it may have been on its way. One thread (the I/O thread).
#pragma once

#include <deque>
#include <map>
#include <memory>
#include <random>
#include <unordered_map>
#include <unordered_set>

#include "channels/channel.hpp"
#include "core/executor.hpp"
#include "core/ids.hpp"
#include "core/log.hpp"
#include "core/metrics.hpp"
#include "core/worker_pool.hpp"
#include "db/store/journal.hpp"
#include "media/store.hpp"
#include "media/voice.hpp"
#include "outbound/outbox.hpp"
#include "outbound/recipient_limits.hpp"
#include "outbound/retry_policy.hpp"
#include "outbound/token_bucket.hpp"

namespace parley::outbound {

struct AccountLimits {
    unsigned concurrency = 512;  // sends on their way at once
    double rate = 0;             // a second; 0: no limit
    double person_rate = 0;      // a second to one chat; 0: no limit
    double person_burst = 45;
};

// Has the person of this chat written since then? `done` comes back on the I/O thread.
using HeardSince = std::function<void(AccountId account, const std::string& chat, UnixMillis since,
                                      UniqueFunction<void(Result<bool>)> done)>;

// Is another message than this one recorded as sent under this provider's id, or this one as sent and then failed?
// `done` comes back on the I/O thread.
using Recorded = std::function<void(const Outbound& message, const std::string& provider_id,
                                    UniqueFunction<void(Result<bool>)> done)>;

class Sender {
public:
    Sender(Executor& executor, db::Journal& journal, WorkerPool& workers, media::Store& media, IdGenerator& ids,
           Outbox::Table table, std::size_t max_in_memory, RetryRules rules, Metrics& metrics, Logger log);
    ~Sender();

    // A new account, or another channel, name or limits for one that is there. What is on its way ends on the old
    // channel. An account is never taken away: one that cannot send any more gets a channel that says so.
    void set_account(AccountId id, std::string name, std::shared_ptr<channels::Channel> channel, AccountLimits limits);
    std::shared_ptr<channels::Channel> channel_of(AccountId id) const;

    // Needed for channels with a conversation window.
    void set_heard_since(HeardSince heard_since) { heard_since_ = std::move(heard_since); }

    // Needed for channels that keep a history.
    void set_recorded(Recorded recorded) { recorded_ = std::move(recorded); }
    // An attempt to send failed, and why.
    void set_on_failure(std::function<void(const Outbound&, const channels::SendError&)> failure) {
        on_failure_ = std::move(failure);
    }
    // A message was sent, or will never be; that is committed.
    void set_on_outcome(std::function<void(MessageId)> outcome) { on_outcome_ = std::move(outcome); }
    // Makes voice notes of audio that is none; without it such audio goes out as it is.
    void set_voice(media::Voice* voice) { voice_ = voice; }

    // The three steps of a message that a settlement commits; its id is set.
    void reserve(const Outbound& message) { outbox_.of(message.account).reserve(message); }
    void committed(const Outbound& message) { outbox_.of(message.account).committed(message.id); }
    void aborted(const Outbound& message) { outbox_.of(message.account).aborted(message.id); }

    // What this message becomes on its channel: several when its text is too long for one. Without ids.
    std::vector<Outbound> in_pieces(Outbound message) const;

    // A message that answers nothing: gets an id, is committed, then sent; in pieces when it is long. `done` (may be
    // empty) tells whether it was committed. Returns the id of the first piece.
    MessageId enqueue(Outbound message, UniqueFunction<void(Result<void>)> done = nullptr);

    // A report of this account named this message: it was sent, and the outbox has let go of it. Messages of other
    // accounts are none of its business.
    void settled(AccountId reporter, MessageId id);

    // Somebody does not want it sent: it ends as failed, with this reason. False: it does not wait here, or may be on
    // its way. `done` comes when that is committed; or with the database's refusal, and then it waits on.
    bool drop(MessageId id, const std::string& reason, UniqueFunction<void(Result<void>)> done);

    void recover() { outbox_.recover(); }
    void find_late() { outbox_.find_late(); }
    // Nothing more is sent; what is on its way may end.
    void pause() {
        paused_ = true;
        outbox_.pause();
    }

    // Try halted accounts again at once: a setting was changed or an admin repaired something.
    void retry_now();
    void retry_now(AccountId id);

    struct AccountState {
        AccountId id;
        std::string name;
        std::size_t sending, ready, in_doubt;
        double rate;  // allowed at the moment, a second; 0: no limit
        bool halted;
        std::string halted_because;
        std::string last_failure;  // why a message is tried again; empty since one got through
    };
    std::vector<AccountState> accounts() const;
    std::size_t waiting() const { return outbox_.in_memory(); }
    // On their way at this moment: what has taken its place but still waits for its file is not.
    std::size_t sending() const { return sending_ - waiting_to_load_.size() - preparing_; }
    // For what can wait elsewhere: all that is committed for this account is in memory, and there is room for more.
    bool has_room(AccountId account) { return outbox_.of(account).has_room(); }
    // Does this message of the account wait in memory, or is it on its way?
    bool holds(AccountId account, MessageId id) { return outbox_.of(account).find_item(id) != nullptr; }

private:
    struct Account;
    using Message = std::shared_ptr<Outbound>;

    void start(Outbound& message);
    void begin(Account& account, const Message& message);
    void pump(Account& account);
    void load(Account& account, const Message& message);
    void make_voice(Account& account, const Message& message);
    void open_file(Account& account, const Message& message);
    void unload(Outbound& message);
    void check_window(Account& account, const Message& message);
    void attempt(Account& account, const Message& message);
    void done(Account& account, const Message& message, channels::SendResult result);
    void sent(Account& account, const Message& message, const channels::Sent& sent);
    // Messages by account and id, for of the message itself nothing may be left.
    void record(AccountId account, MessageId id, const std::string& provider_id);
    void record_failure(AccountId account, MessageId id, const std::string& reason);
    void ended(AccountId account, MessageId id, const Result<void>& written, UniqueFunction<void()> write_again);
    static long long tried_for(const Account& account, const Outbound& message);  // in milliseconds
    void failed(Account& account, const Message& message, const channels::SendError& error);
    bool doubt_opened(Account& account, const Message& message);
    void doubt(Account& account, const Message& message, int patience_ms);
    void look_up(Account& account, const Message& message, int asked);
    void looked_up(Account& account, const Message& message, int asked, const channels::SentBefore& before);
    void found(Account& account, const Message& message, const std::string& provider_id);
    void retry_later(Account& account, const Message& message, int wait_ms);
    void give_up(Account& account, const Message& message, const std::string& reason);
    void halt(Account& account, const std::string& reason);
    void resume(Account& account);

    Executor& executor_;
    db::Journal& journal_;
    WorkerPool& workers_;
    media::Store& media_;
    IdGenerator& ids_;
    RetryRules rules_;
    Logger log_;
    Outbox outbox_;
    std::map<AccountId, std::unique_ptr<Account>> accounts_;
    HeardSince heard_since_;
    Recorded recorded_;
    std::function<void(const Outbound&, const channels::SendError&)> on_failure_ = [](const auto&, const auto&) {};
    std::function<void(MessageId)> on_outcome_ = [](MessageId) {};
    media::Voice* voice_ = nullptr;
    UnixMillis began_ = unix_now();
    std::size_t sending_ = 0;
    std::size_t loading_ = 0;                                   // messages whose files are open, or being made
    std::size_t preparing_ = 0;                                 // of these, not open yet
    std::unordered_map<MessageId, Executor::TimerId> doubted_;  // in doubt, and until when
    std::unordered_set<MessageId> reported_;                    // known to be sent while they wait or are on their way
    std::unordered_map<MessageId, Message> withdrawn_;          // just being recorded as failed; null: not its turn yet
    std::deque<std::pair<Account*, Message>> waiting_to_load_;
    bool paused_ = false;
    bool in_send_ = false;  // inside a channel's send()
    std::mt19937_64 random_{std::random_device{}()};
    Metrics::Counter sent_, failed_, retried_;
    Metrics::Histogram latency_;
};

}  // namespace parley::outbound
