// The book of one run: every message that was posted, when it was acknowledged and delivered, and whether what came out
// is what went in: this text, to this person, once, and after all earlier ones of the same person. One thread.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "bench/poller.hpp"

namespace parley::bench {

struct Entry {
    std::uint32_t chat = 0;
    std::uint32_t deliveries = 0;
    Nanos due = 0;  // when it should have been posted
    Nanos acknowledged = 0;
    Nanos delivered = 0;
};

struct Faults {
    std::uint64_t lost = 0;        // acknowledged and never delivered
    std::uint64_t duplicated = 0;  // delivered once more
    std::uint64_t disordered = 0;  // delivered after a later one of the same chat
    std::uint64_t altered = 0;     // another text, or to somebody else, or never posted
    std::uint64_t refused = 0;     // webhooks answered with anything but 2xx; they are posted again

    Faults& operator+=(const Faults& other);
    bool none() const { return lost + duplicated + disordered + altered == 0; }
};

class Ledger {
public:
    // `run` tells the messages of one run from those of another.
    Ledger(std::uint32_t run, unsigned chats);

    std::size_t issue(std::uint32_t chat, Nanos due);
    const Entry& entry(std::size_t index) const { return entries_[index]; }
    std::size_t size() const { return entries_.size(); }

    // Who writes, digits; what is written behind the command.
    std::string phone(std::uint32_t chat) const;
    std::string text(std::size_t index) const;

    void acknowledged(std::size_t index, Nanos now) { entries_[index].acknowledged = now; }
    // A reply has come to the gateway. Its message when it is the first delivery of one of this run.
    std::optional<std::size_t> delivered(std::string_view to, std::string_view text, Nanos now);

    // Counts what has not come.
    void close();
    Faults& faults() { return faults_; }
    std::size_t pending() const { return entries_.size() - delivered_; }

private:
    std::uint32_t run_;
    std::vector<Entry> entries_;
    std::vector<std::size_t> latest_;  // by chat: the newest delivered, plus one
    std::size_t delivered_ = 0;
    Faults faults_;
};

}  // namespace parley::bench
