// What to do after an attempt to send failed. Pure: time and chance come in as arguments.
#pragma once

#include <string>

#include "channels/channel.hpp"

namespace parley::outbound {

struct RetryRules {
    int base_ms = 500;              // first wait at most this, doubled with each attempt...
    int longest_ms = 60'000;        // ... up to this; the wait is uniform between 0 and that (full jitter)
    int longest_wish_ms = 900'000;  // a provider's Retry-After is honoured up to this
    long long retry_for_ms = 24LL * 3600 * 1000;  // what was tried for so long is failed
};

struct Decision {
    enum class What {
        retry,  // this message again after wait_ms
        fail,   // never again
        halt,   // stop the account; try this message again after wait_ms, and go on when it works
    } what = What::retry;
    int wait_ms = 0;
    bool slow_account = false;  // the whole account waits, not only this chat
};

// `attempts` counts this one. `chance` is uniform in [0, 1).
Decision decide(const channels::SendError& error, int attempts, long long tried_for_ms, double chance,
                const RetryRules& rules = {});

}  // namespace parley::outbound
