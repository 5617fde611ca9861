// How fast one person may be written to. Meta lets a business send one message in six seconds to a person, with 45
// saved up (error 131056 beyond it). Only who was written to lately is remembered. Pure: time comes in. One thread.
#pragma once

#include <chrono>
#include <string>
#include <unordered_map>

#include "outbound/token_bucket.hpp"

namespace parley::outbound {

class RecipientLimits {
public:
    using Time = TokenBucket::Time;

    // `rate` messages a second, `burst` saved up. Rate 0: no limit, nothing is remembered.
    RecipientLimits(double rate, double burst) : rate_(rate), burst_(burst) {}

    // How long this message has to wait; 0: it may go now and is counted.
    std::chrono::milliseconds take(const std::string& chat, Time now);

    std::size_t remembered() const { return buckets_.size(); }

private:
    void forget_idle(Time now);

    double rate_, burst_;
    std::unordered_map<std::string, TokenBucket> buckets_;
    std::size_t look_at_ = 1024;  // size at which idle ones are looked for
};

}  // namespace parley::outbound
