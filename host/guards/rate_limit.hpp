// How many messages of one person are handled within a window of time (settings rate_limit_messages,
// rate_limit_window_seconds). A message that was let in stays so: it is known by its id when its handling runs again.
// Time is that of receipt, which the id tells, so a message that had to wait is judged as if it had not.
//
// What an earlier process received is let in: that process may have let it in and died before it was handled, and a
// crash must not turn it away. It counts all the same.
//
// Memory is bounded; when it is full of people who wrote within the window, all is forgotten, which lets a few too many
// in. [any thread]
#pragma once

#include <chrono>
#include <mutex>
#include <string>
#include <unordered_map>
#include <vector>

#include "core/ids.hpp"
#include "core/message.hpp"

namespace parley::guards {

class RateLimit {
public:
    explicit RateLimit(UnixMillis began = unix_now(), std::size_t max_people = 100'000)
        : began_(began), max_people_(max_people) {}

    enum class Verdict {
        in,
        told,    // too many: the first one of this window, whose sender is told
        silent,  // too many, and told already
    };
    // `most` 0: all are let in.
    Verdict look(const std::string& person, MessageId id, std::size_t most, std::chrono::seconds window);

private:
    struct Person {
        std::vector<MessageId> let_in;  // within the window
        MessageId told = 0;
    };
    void make_room(UnixMillis long_ago);

    const UnixMillis began_;
    const std::size_t max_people_;
    std::mutex mutex_;
    std::unordered_map<std::string, Person> people_;
};

}  // namespace parley::guards
