#include "outbound/retry_policy.hpp"

#include <algorithm>
#include <cmath>

namespace parley::outbound {

Decision decide(const channels::SendError& error, int attempts, long long tried_for_ms, double chance,
                const RetryRules& rules) {
    using Class = channels::SendError::Class;
    if (error.kind == Class::permanent) return {Decision::What::fail, 0, false};

    const double ceiling =
        std::min<double>(rules.longest_ms, rules.base_ms * std::pow(2.0, std::min(attempts - 1, 30)));
    const int jittered = static_cast<int>(ceiling * chance);
    const int wish = std::min(error.retry_after_ms, rules.longest_wish_ms);
    // Meta's rule for one recipient: 4^n seconds.
    const int crowded =
        error.kind == Class::crowded
            ? static_cast<int>(std::min<double>(rules.longest_ms, 1000 * std::pow(4.0, std::min(attempts - 1, 8))))
            : 0;
    const int wait = std::max({jittered, wish, crowded});

    // A halted account keeps its queue however long it takes an admin to repair it.
    if (error.kind == Class::halted) return {Decision::What::halt, std::max(wait, rules.base_ms), true};
    if (tried_for_ms >= rules.retry_for_ms) return {Decision::What::fail, 0, false};
    return {Decision::What::retry, wait, error.kind == Class::throttled};
}

}  // namespace parley::outbound
