#include "guards/rate_limit.hpp"

#include <algorithm>

namespace parley::guards {

RateLimit::Verdict RateLimit::look(const std::string& person, MessageId id, std::size_t most,
                                   std::chrono::seconds window) {
    if (most == 0) return Verdict::in;
    const auto received = IdGenerator::time_of(id);
    const auto window_ms = std::chrono::duration_cast<std::chrono::milliseconds>(window).count();
    const std::lock_guard lock(mutex_);
    if (people_.size() >= max_people_ && people_.count(person) == 0) make_room(received - window_ms);
    auto& known = people_[person];
    if (std::find(known.let_in.begin(), known.let_in.end(), id) != known.let_in.end()) return Verdict::in;
    if (known.told == id) return Verdict::told;
    std::erase_if(known.let_in,
                  [&](MessageId earlier) { return IdGenerator::time_of(earlier) <= received - window_ms; });
    if (received < began_ || known.let_in.size() < most) {
        if (known.let_in.size() < most) known.let_in.push_back(id);
        return Verdict::in;
    }
    if (known.told != 0 && IdGenerator::time_of(known.told) > received - window_ms) return Verdict::silent;
    known.told = id;
    return Verdict::told;
}

void RateLimit::make_room(UnixMillis long_ago) {
    std::erase_if(people_, [&](const auto& entry) {
        const auto& let_in = entry.second.let_in;
        return std::all_of(let_in.begin(), let_in.end(),
                           [&](MessageId id) { return IdGenerator::time_of(id) <= long_ago; });
    });
    if (people_.size() >= max_people_) people_.clear();
}

}  // namespace parley::guards
