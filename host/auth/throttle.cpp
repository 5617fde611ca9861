#include "auth/throttle.hpp"

#include <algorithm>
#include <vector>

namespace parley::auth {

std::chrono::seconds Throttle::wait(std::string_view key, SteadyTime now) const {
    const auto found = tries_.find(key);
    if (found == tries_.end() || found->second.free_at <= now) return std::chrono::seconds(0);
    return std::chrono::ceil<std::chrono::seconds>(found->second.free_at - now);
}

void Throttle::count(std::string_view key, SteadyTime now) {
    auto found = tries_.find(key);
    if (found == tries_.end()) {
        if (tries_.size() >= rules_.most_keys) make_room(now);
        found = tries_.emplace(std::string(key), Tries{}).first;
    }
    auto& tries = found->second;
    const auto forgiven = (now - tries.last) / rules_.forgive;
    tries.count -= static_cast<unsigned>(std::min<long long>(forgiven, tries.count));
    if (tries.last + rules_.forget < now) tries.count = 0;
    ++tries.count;
    tries.last = now;
    tries.free_at = now + wait_after(tries.count);
}

void Throttle::clear(std::string_view key) {
    if (const auto found = tries_.find(key); found != tries_.end()) tries_.erase(found);
}

void Throttle::forgive(std::string_view key) {
    const auto found = tries_.find(key);
    if (found == tries_.end()) return;
    auto& tries = found->second;
    if (tries.count <= 1) {
        tries_.erase(found);
        return;
    }
    --tries.count;
    tries.free_at = tries.last + wait_after(tries.count);
}

std::chrono::seconds Throttle::wait_after(unsigned count) const {
    if (count < rules_.free) return std::chrono::seconds(0);
    const unsigned doublings = std::min(count - rules_.free, 30u);
    return std::min(rules_.longest_wait, std::chrono::seconds(rules_.first_wait.count() << doublings));
}

// A tenth at a time, so that it is seldom.
void Throttle::make_room(SteadyTime now) {
    std::erase_if(tries_, [&](const auto& entry) { return entry.second.last + rules_.forget < now; });
    if (tries_.size() < rules_.most_keys) return;
    std::vector<SteadyTime> times;
    times.reserve(tries_.size());
    for (const auto& [key, tries] : tries_) times.push_back(tries.last);
    const auto border = times.begin() + static_cast<std::ptrdiff_t>(times.size() / 10);
    std::nth_element(times.begin(), border, times.end());
    std::erase_if(tries_, [&](const auto& entry) { return entry.second.last <= *border; });
}

}  // namespace parley::auth
