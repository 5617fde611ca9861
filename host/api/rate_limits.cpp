#include "api/rate_limits.hpp"

#include <algorithm>
#include <cmath>

namespace parley::api {
namespace {

constexpr std::size_t most_buckets = 10'000;
// Who comes when there are that many shares one bucket.
const std::string others = "others";

}  // namespace

RateLimits::Bucket& RateLimits::bucket(const std::string& who, Time now) {
    auto found = buckets_.find(who);
    if (found == buckets_.end()) {
        if (buckets_.size() >= most_buckets) make_room(now);
        const std::string& name = buckets_.size() >= most_buckets ? others : who;
        found = buckets_.try_emplace(name, Bucket{burst_, now}).first;
    }
    auto& one = found->second;
    one.tokens = std::min(burst_, one.tokens + std::chrono::duration<double>(now - one.last).count() * rate_);
    one.last = now;
    return one;
}

// A bucket that has filled up again is like one that was never there.
void RateLimits::make_room(Time now) {
    std::erase_if(buckets_, [&](const auto& item) {
        return item.second.tokens + std::chrono::duration<double>(now - item.second.last).count() * rate_ >= burst_;
    });
}

RateLimits::Verdict RateLimits::verdict(const Bucket& bucket, bool allowed) const {
    Verdict result;
    result.allowed = allowed;
    result.limit = static_cast<int>(burst_);
    result.remaining = static_cast<int>(std::max(0.0, bucket.tokens));
    result.reset_s = static_cast<int>(std::ceil((burst_ - bucket.tokens) / rate_));
    if (!allowed) result.wait_s = std::max(1, static_cast<int>(std::ceil((1 - bucket.tokens) / rate_)));
    return result;
}

RateLimits::Verdict RateLimits::take(const std::string& who, Time now) {
    if (rate_ <= 0) return {};
    auto& one = bucket(who, now);
    const bool allowed = one.tokens >= 1;
    if (allowed) one.tokens -= 1;
    return verdict(one, allowed);
}

}  // namespace parley::api
