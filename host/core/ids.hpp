// Message ids: 64 bits, ascending in time, made without asking the database. 41 bits of milliseconds since 2024-01-01
// UTC, 10 bits of node, 12 bits of sequence; so an id tells when it was made, and with that the partition of `messages`
// it lies in.
#pragma once

#include <chrono>
#include <string>

#include "core/message.hpp"

namespace parley {

class IdGenerator {
public:
    // `floor`: the greatest id known from before, so that ids ascend even when the clock was set back. One thread (the
    // I/O thread).
    explicit IdGenerator(unsigned node = 0, MessageId floor = 0);

    MessageId next();

    // Unix milliseconds at which an id was made.
    static UnixMillis time_of(MessageId id);
    // The smallest id of that moment.
    static MessageId first_of(UnixMillis time);

private:
    MessageId node_bits_;
    MessageId last_;
};

// 16 hex digits, random: names one message's way through the host in all logs.
std::string make_trace();

UnixMillis unix_now();

// "2025-01-25T10:00:00Z"
std::string to_iso8601(UnixMillis time);

}  // namespace parley
