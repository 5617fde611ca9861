#include "bench/ledger.hpp"

#include <charconv>
#include <cstdio>

namespace parley::bench {
namespace {

// Enough words for an ordinary chat message, with what a form has to escape.
constexpr std::string_view filler = " Is the shop at 5th & Main open on Sunday? 100% sure I saw a sign";

}  // namespace

Faults& Faults::operator+=(const Faults& other) {
    lost += other.lost;
    duplicated += other.duplicated;
    disordered += other.disordered;
    altered += other.altered;
    refused += other.refused;
    return *this;
}

Ledger::Ledger(std::uint32_t run, unsigned chats) : run_(run), latest_(chats) {
    entries_.reserve(1u << 18);
}

std::size_t Ledger::issue(std::uint32_t chat, Nanos due) {
    Entry entry;
    entry.chat = chat;
    entry.due = due;
    entries_.push_back(entry);
    return entries_.size() - 1;
}

std::string Ledger::phone(std::uint32_t chat) const {
    char digits[16];
    std::snprintf(digits, sizeof digits, "92300%07u", 1'000'000 + chat);
    return digits;
}

std::string Ledger::text(std::size_t index) const {
    std::string text = std::to_string(run_) + "-" + std::to_string(index);
    text += filler;
    return text;
}

std::optional<std::size_t> Ledger::delivered(std::string_view to, std::string_view text, Nanos now) {
    std::uint32_t run = 0;
    std::size_t index = 0;
    const char* end = text.data() + text.size();
    const auto first = std::from_chars(text.data(), end, run);
    const bool ours = first.ec == std::errc() && first.ptr != end && *first.ptr == '-' &&
                      std::from_chars(first.ptr + 1, end, index).ec == std::errc() && run == run_ &&
                      index < entries_.size();
    if (!ours || text != this->text(index)) {
        ++faults_.altered;
        return std::nullopt;
    }
    auto& entry = entries_[index];
    if (to.substr(0, to.find('@')) != phone(entry.chat)) ++faults_.altered;
    if (entry.deliveries++ > 0) {
        ++faults_.duplicated;
        return std::nullopt;
    }
    auto& latest = latest_[entry.chat];
    if (index + 1 < latest) {
        ++faults_.disordered;
    } else {
        latest = index + 1;
    }
    entry.delivered = now;
    ++delivered_;
    return index;
}

void Ledger::close() {
    for (const auto& entry : entries_)
        if (entry.acknowledged != 0 && entry.deliveries == 0) ++faults_.lost;
}

}  // namespace parley::bench
