// What one channel knows of its sends: how far messages of several requests are, and which of Twilio's messages are
// theirs. Forgotten with the channel: then the pieces go out again from the first, as any message whose end is not
// known. Bounded. [I/O thread]
#pragma once

#include <deque>
#include <map>
#include <optional>
#include <string>
#include <unordered_set>

#include "core/ids.hpp"

namespace parley::channels {

class TwilioProgress {
public:
    // An attempt at a message of several requests: how many of them have been taken.
    std::size_t begin(MessageId id) {
        if (id == 0) return 0;
        // Only messages that ended otherwise stay behind. The oldest ids are the least.
        if (taken_.size() >= kMaxMessages && taken_.count(id) == 0) taken_.erase(taken_.begin());
        return taken_.try_emplace(id, 0).first->second;
    }
    // None: not begun here.
    std::optional<std::size_t> of(MessageId id) const {
        const auto at = taken_.find(id);
        return at == taken_.end() ? std::nullopt : std::optional(at->second);
    }
    void set(MessageId id, std::size_t taken) {
        if (const auto at = taken_.find(id); at != taken_.end()) at->second = taken;
    }
    void forget(MessageId id) { taken_.erase(id); }

    // Twilio's answer to a request named its message so: it is no other request's.
    void claim(const std::string& sid) {
        if (sid.empty() || !claimed_.insert(sid).second) return;
        order_.push_back(sid);
        if (order_.size() <= kMaxClaimed) return;
        claimed_.erase(order_.front());
        order_.pop_front();
    }
    bool is_claimed(const std::string& sid) const { return claimed_.count(sid) != 0; }

private:
    static constexpr std::size_t kMaxMessages = 1'000;
    static constexpr std::size_t kMaxClaimed = 20'000;  // what a busy sender takes in minutes: a few MiB

    std::map<MessageId, std::size_t> taken_;
    std::unordered_set<std::string> claimed_;
    std::deque<std::string> order_;
};

}  // namespace parley::channels
