// How many sends a second an account may make. Pure: time comes in.
#pragma once

#include <algorithm>
#include <chrono>

namespace parley::outbound {

class TokenBucket {
public:
    using Time = std::chrono::steady_clock::time_point;

    // `rate` tokens a second, at most `burst` saved up. Rate 0: no limit.
    TokenBucket(double rate, double burst, Time now)
        : rate_(rate), burst_(std::max(burst, 1.0)), tokens_(burst_), last_(now) {}

    bool take(Time now) {
        if (rate_ <= 0) return true;
        refill(now);
        if (tokens_ < 1) return false;
        tokens_ -= 1;
        return true;
    }

    // When the next token will be there.
    std::chrono::milliseconds wait(Time now) {
        if (rate_ <= 0) return std::chrono::milliseconds(0);
        refill(now);
        if (tokens_ >= 1) return std::chrono::milliseconds(0);
        return std::chrono::milliseconds(static_cast<long long>((1 - tokens_) / rate_ * 1000) + 1);
    }

private:
    void refill(Time now) {
        tokens_ = std::min(burst_, tokens_ + std::chrono::duration<double>(now - last_).count() * rate_);
        last_ = now;
    }

    double rate_, burst_, tokens_;
    Time last_;
};

}  // namespace parley::outbound
