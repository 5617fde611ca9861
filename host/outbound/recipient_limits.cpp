#include "outbound/recipient_limits.hpp"

namespace parley::outbound {

std::chrono::milliseconds RecipientLimits::take(const std::string& chat, Time now) {
    if (rate_ <= 0) return std::chrono::milliseconds(0);
    if (buckets_.size() >= look_at_) forget_idle(now);
    TokenBucket& bucket = buckets_.try_emplace(chat, rate_, burst_, now).first->second;
    const auto wait = bucket.wait(now);
    if (wait.count() == 0) bucket.take(now);
    return wait;
}

// A full bucket says no more than none. Looking at all of them is paid for by as many new ones.
void RecipientLimits::forget_idle(Time now) {
    for (auto bucket = buckets_.begin(); bucket != buckets_.end();) {
        bucket->second.wait(now);
        bucket = bucket->second.full() ? buckets_.erase(bucket) : std::next(bucket);
    }
    look_at_ = std::max<std::size_t>(1024, 2 * buckets_.size());
}

}  // namespace parley::outbound
