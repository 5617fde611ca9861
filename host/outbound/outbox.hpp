// The outbox in memory: a queue for each account. What waits for an account that is halted, however much, holds up no
// other account. An account's queue begins with what its rows in the table are, so that what an earlier process left
// goes out first. One thread (the I/O thread).
#pragma once

#include <functional>
#include <map>
#include <vector>

#include "core/durable_queue.hpp"

namespace parley::outbound {

class Outbox {
public:
    using Queue = DurableQueue<Outbound>;
    // The table. Both answer on the same thread, not from inside the call; a failure is followed by the next attempt at
    // once, so let it wait before it is answered.
    struct Table {
        // As DurableQueue::Read, of one account.
        std::function<void(AccountId account, MessageId after, MessageId before, std::size_t limit,
                           UniqueFunction<void(Result<std::vector<Outbound>>)> done)>
            read;
        // The accounts that have rows, configured or not.
        std::function<void(UniqueFunction<void(Result<std::vector<AccountId>>)> done)> read_accounts;
    };

    // `max_in_memory`: see QueueMemory.
    Outbox(std::size_t max_in_memory, Table table, Queue::Start start)
        : memory_(max_in_memory), table_(std::move(table)), start_(std::move(start)) {}

    // The queue of an account; a new one reads its rows.
    Queue& of(AccountId account);
    // The queue that has this message in memory, or null.
    Queue* holding(MessageId id);

    // As in DurableQueue, for all accounts, also those that were not heard of yet.
    void recover();
    void find_late();
    void pause();

    std::size_t in_memory() const;

private:
    void read_accounts();

    QueueMemory memory_;
    Table table_;
    Queue::Start start_;
    std::map<AccountId, Queue> queues_;
    bool paused_ = false;
    bool reading_ = false;     // which accounts have rows
    bool read_again_ = false;  // asked for while it was read
    bool find_late_ = false;   // look for late rows of those that are known, too
};

}  // namespace parley::outbound
