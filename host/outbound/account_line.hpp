// What the sender knows of one account. Internal to the sender.
#pragma once

#include <deque>
#include <memory>
#include <string>
#include <unordered_map>

#include "outbound/sender.hpp"

namespace parley::outbound {

// Can a send whose answer was lost be settled there?
inline bool settles_doubts(const channels::Channel& channel) {
    const auto can = channel.capabilities();
    return can.hands_back_ids || can.keeps_history;
}

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
    UnixMillis held_up = 0;  // when it was last found unable to send anything; 0: never
    std::string halted_because{};
    std::string last_failure{};  // why a message is tried again; empty since one got through
    // When it got a channel that can tell what became of a send, after one that could not: the account was enabled. 0:
    // it has been as it is from the start.
    UnixMillis opened = 0;
};

}  // namespace parley::outbound
