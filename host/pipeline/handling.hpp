// One message at work, and the plain words that are gathered for one answer. Internal to Dispatcher.
#pragma once

#include <atomic>

#include "pipeline/dispatcher.hpp"

namespace parley::pipeline {

// How long a handling waits that could not reach the database.
inline constexpr std::chrono::milliseconds rerun_pause{500};

// Shared by the handler thread, the watchdog and the I/O thread; whoever claims it first says how it ended.
struct Dispatcher::Handling {
    Inbound message;
    services::HandlingState state;
    std::atomic<bool> claimed{false};
    std::chrono::steady_clock::time_point began = std::chrono::steady_clock::now();
    int reruns = 0;
    std::shared_ptr<Gathering> gathering;  // these words are to join others; null: it is the first of its chat

    bool claim() { return !claimed.exchange(true); }
};

// The first message holds its chat's lane; the others wait behind it until the answer to all of them is committed.
struct Dispatcher::Gathering {
    std::shared_ptr<Handling> first;
    Conversation conversation;
    Turns::Pause pause;
    UnixMillis began = 0;

    MessageId last() const { return conversation.said.back().message.id; }
};

}  // namespace parley::pipeline
