#include "outbound/outbox.hpp"

namespace parley::outbound {

Outbox::Queue& Outbox::of(AccountId account) {
    const auto known = queues_.find(account);
    if (known != queues_.end()) return known->second;
    const auto read = [this, account](MessageId after, MessageId before, std::size_t limit,
                                      UniqueFunction<void(Result<std::vector<Outbound>>)> done) {
        table_.read(account, after, before, limit, std::move(done));
    };
    Queue& queue = queues_.try_emplace(account, Queue::Options{memory_}, read, start_).first->second;
    if (paused_) queue.pause();
    queue.recover();
    return queue;
}

Outbox::Queue* Outbox::holding(MessageId id) {
    for (auto& [account, queue] : queues_)
        if (queue.find_item(id)) return &queue;
    return nullptr;
}

void Outbox::recover() {
    for (auto& [account, queue] : queues_) queue.recover();
    read_accounts();
}

void Outbox::find_late() {
    find_late_ = true;
    read_accounts();
}

void Outbox::pause() {
    paused_ = true;
    for (auto& [account, queue] : queues_) queue.pause();
}

std::size_t Outbox::in_memory() const {
    std::size_t count = 0;
    for (const auto& [account, queue] : queues_) count += queue.in_memory();
    return count;
}

void Outbox::read_accounts() {
    read_again_ = reading_;
    if (reading_) return;
    reading_ = true;
    table_.read_accounts([this](const Result<std::vector<AccountId>>& accounts) {
        reading_ = false;
        if (!accounts || read_again_) return read_accounts();
        const bool late = std::exchange(find_late_, false);
        for (const AccountId account : *accounts) {
            const bool known = queues_.count(account) != 0;
            Queue& queue = of(account);
            if (known && late) queue.find_late();
        }
    });
}

}  // namespace parley::outbound
