// What the sender knows of one account. Internal to the sender.
#pragma once

#include <deque>
#include <memory>
#include <string>
#include <unordered_map>

#include "outbound/sender.hpp"

namespace parley::outbound {

struct Sender::Account {
    AccountId id;
    std::string name;
    std::shared_ptr<channels::Channel> channel;
    AccountLimits limits;
    TokenBucket bucket;
    RecipientLimits recipients;
    std::deque<Message> ready{};  // first of their chats, not yet on their way; bounded by the queue's memory
    // Of those, what may have been sent before: the provider is asked in their turn. How often it was, in vain.
    std::unordered_map<MessageId, int> to_look_up{};
    std::size_t sending = 0;
    std::size_t in_doubt = 0;
    std::size_t failures = 0;  // in a row, over all chats
    SteadyTime quiet_until{};  // throttled or halted: nothing is sent before
    Executor::TimerId wake = 0;
    bool halted = false;
    std::string halted_because{};
    std::string last_failure{};  // why a message is tried again; empty since one got through
};

}  // namespace parley::outbound
