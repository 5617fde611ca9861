// How many sends a second an account may make, and what its provider teaches about that. Pure: time comes in.
#pragma once

#include <algorithm>
#include <chrono>

namespace parley::outbound {

class TokenBucket {
public:
    using Time = std::chrono::steady_clock::time_point;

    // `rate` tokens a second, at most `burst` saved up. Rate 0: no limit.
    TokenBucket(double rate, double burst, Time now)
        : rate_(rate), allowed_(rate), burst_(std::max(burst, 1.0)), tokens_(burst_), last_(now) {}

    // The provider says it was too fast: half of it from now on, growing back to the whole within five minutes.
    void slow_down(Time now) {
        if (allowed_ <= 0) return;
        refill(now);
        rate_ = std::max(rate_ / 2, allowed_ / 64);
        tokens_ = 0;
    }

    double rate() const { return rate_; }
    bool full() const { return tokens_ >= burst_ && rate_ >= allowed_; }

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
        const double passed = std::chrono::duration<double>(now - last_).count();
        tokens_ = std::min(burst_, tokens_ + passed * rate_);
        rate_ = std::min(allowed_, rate_ + passed * allowed_ / 300);
        last_ = now;
    }

    double rate_, allowed_, burst_, tokens_;
    Time last_;
};

}  // namespace parley::outbound
