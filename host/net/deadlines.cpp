#include "net/deadlines.hpp"

#include <algorithm>

namespace parley::net {

using namespace std::chrono_literals;

Deadline::Deadline(Deadlines& all, UniqueFunction<void()> expired) : all_(all), expired_(std::move(expired)) {
    all_.entries_.push_back(*this);
}

void Deadlines::wake_at(SteadyTime at) {
    auto now = std::chrono::steady_clock::now();
    next_sweep_ = std::max(at, now + 10ms);
    executor_.cancel(timer_);
    auto delay = std::chrono::ceil<std::chrono::milliseconds>(next_sweep_ - now);
    timer_ = executor_.after(delay, [this] { sweep(); });
}

// Most deadlines are moved on long before they pass, so a sweep is rare: about once in the shortest timeout in use.
void Deadlines::sweep() {
    auto now = std::chrono::steady_clock::now();
    timer_ = 0;
    next_sweep_ = SteadyTime::max();
    List due;
    auto next = SteadyTime::max();
    for (auto entry = entries_.begin(); entry != entries_.end();) {
        Deadline& deadline = *entry++;
        if (deadline.at_ <= now) {
            entries_.erase(entries_.iterator_to(deadline));
            due.push_back(deadline);
        } else {
            next = std::min(next, deadline.at_);
        }
    }
    if (next != SteadyTime::max()) wake_at(next);
    struct Restore {  // what is left when one throws stays watched
        List &all, &due;
        ~Restore() { all.splice(all.end(), due); }
    } restore{entries_, due};
    // One that expires may destroy any other: each unlinks itself from whichever list it is on.
    while (!due.empty()) {
        Deadline& deadline = due.front();
        due.pop_front();
        entries_.push_back(deadline);
        if (deadline.at_ > now) continue;  // moved or cleared by one before it
        deadline.clear();
        deadline.expired_();
    }
}

}  // namespace parley::net
