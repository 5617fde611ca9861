// Brings committed outbound messages to their channels: order kept within a chat (also through retries), chats side by
// side, each account with its own concurrency and rate. A message ends as sent or as failed with its reason, never
// silently.
//
// At least once: a send whose answer was lost is made again, since gateways know no idempotency key. One thread (the
// I/O thread).
#pragma once

#include <deque>
#include <map>
#include <memory>
#include <random>

#include "channels/channel.hpp"
#include "core/durable_queue.hpp"
#include "core/executor.hpp"
#include "core/ids.hpp"
#include "core/log.hpp"
#include "core/metrics.hpp"
#include "core/worker_pool.hpp"
#include "db/store/journal.hpp"
#include "media/store.hpp"
#include "outbound/retry_policy.hpp"
#include "outbound/token_bucket.hpp"

namespace parley::outbound {

struct AccountLimits {
    unsigned concurrency = 512;  // sends on their way at once
    double rate = 0;             // a second; 0: no limit
};

class Sender {
public:
    using Read = DurableQueue<Outbound>::Read;

    Sender(Executor& executor, db::Journal& journal, WorkerPool& workers, media::Store& media, IdGenerator& ids,
           Read read, std::size_t max_in_memory, RetryRules rules, Metrics& metrics, Logger log);
    ~Sender();

    // Before the first message. `channel` outlives the sender.
    void add_account(AccountId id, std::string name, channels::Channel& channel, AccountLimits limits);
    channels::Channel* channel_of(AccountId id) const;

    // The three steps of a message that a settlement commits; its id is set.
    void reserve(const Outbound& message) { queue_.reserve(message); }
    void committed(MessageId id) { queue_.committed(id); }
    void aborted(MessageId id) { queue_.aborted(id); }

    // A message that answers nothing: gets an id, is committed, then sent. `done` (may be empty) tells whether it was
    // committed.
    MessageId enqueue(Outbound message, UniqueFunction<void(Result<void>)> done = nullptr);

    void recover() { queue_.recover(); }
    // Nothing more is sent; what is on its way may end.
    void pause() {
        paused_ = true;
        queue_.pause();
    }

    // Try halted accounts again at once: a setting was changed or an admin repaired something.
    void retry_now();

    struct AccountState {
        std::string name;
        std::size_t sending, ready;
        bool halted;
        std::string halted_because;
    };
    std::vector<AccountState> accounts() const;
    std::size_t waiting() const { return queue_.in_memory(); }
    std::size_t sending() const { return sending_; }

private:
    struct Account;
    using Message = std::shared_ptr<Outbound>;

    void start(const Outbound& message);
    void pump(Account& account);
    void load(Account& account, const Message& message);
    void unload(Outbound& message);
    void attempt(Account& account, const Message& message);
    void done(Account& account, const Message& message, channels::SendResult result);
    void failed(Account& account, const Message& message, const channels::SendError& error);
    void retry_later(Account& account, const Message& message, int wait_ms);
    void give_up(Account& account, const Message& message, const std::string& reason);
    void halt(Account& account, const std::string& reason);

    Executor& executor_;
    db::Journal& journal_;
    WorkerPool& workers_;
    media::Store& media_;
    IdGenerator& ids_;
    RetryRules rules_;
    Logger log_;
    DurableQueue<Outbound> queue_;
    std::map<AccountId, std::unique_ptr<Account>> accounts_;
    std::size_t sending_ = 0;
    std::size_t loading_ = 0;  // messages whose files are in memory
    std::deque<std::pair<Account*, Message>> waiting_to_load_;
    bool paused_ = false;
    bool in_send_ = false;  // inside a channel's send()
    std::mt19937_64 random_{std::random_device{}()};
    Metrics::Counter sent_, failed_, retried_;
    Metrics::Histogram latency_;
};

}  // namespace parley::outbound
