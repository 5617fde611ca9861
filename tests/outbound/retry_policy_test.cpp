#include "outbound/retry_policy.hpp"

#include <catch2/catch.hpp>

namespace parley::outbound {
namespace {

using Class = channels::SendError::Class;
using What = Decision::What;

channels::SendError failure(Class kind, int retry_after_ms = 0) {
    return {kind, "why", retry_after_ms};
}

TEST_CASE("each class of failure has its consequence") {
    CHECK(decide(failure(Class::transient), 1, 0, 0.5).what == What::retry);
    CHECK_FALSE(decide(failure(Class::transient), 1, 0, 0.5).slow_account);
    CHECK(decide(failure(Class::in_doubt), 1, 0, 0.5).what == What::retry);
    CHECK_FALSE(decide(failure(Class::in_doubt), 1, 0, 0.5).slow_account);
    CHECK(decide(failure(Class::throttled), 1, 0, 0.5).what == What::retry);
    CHECK(decide(failure(Class::throttled), 1, 0, 0.5).slow_account);
    CHECK(decide(failure(Class::permanent), 1, 0, 0.5).what == What::fail);
    CHECK(decide(failure(Class::halted), 1, 0, 0.5).what == What::halt);
    CHECK(decide(failure(Class::halted), 1, 0, 0.5).slow_account);
}

TEST_CASE("waits are between nothing and a ceiling that doubles up to a limit") {
    RetryRules rules;
    rules.base_ms = 100;
    rules.longest_ms = 1000;
    const int ceilings[] = {100, 200, 400, 800, 1000, 1000};
    for (int attempts = 1; attempts <= 6; ++attempts) {
        const int ceiling = ceilings[attempts - 1];
        CHECK(decide(failure(Class::transient), attempts, 0, 0, rules).wait_ms == 0);
        CHECK(decide(failure(Class::transient), attempts, 0, 0.5, rules).wait_ms == ceiling / 2);
        const int longest = decide(failure(Class::transient), attempts, 0, 0.999999, rules).wait_ms;
        CHECK(longest < ceiling);
        CHECK(longest >= ceiling - 1);
    }
    CHECK(decide(failure(Class::transient), 1'000'000, 0, 0.5, rules).wait_ms == 500);  // no overflow
}

TEST_CASE("a provider's wish is honoured up to a limit") {
    const RetryRules rules;
    CHECK(decide(failure(Class::throttled, 30'000), 1, 0, 0.5).wait_ms == 30'000);
    CHECK(decide(failure(Class::throttled, 2'000'000'000), 1, 0, 0.5).wait_ms == rules.longest_wish_ms);
    CHECK(decide(failure(Class::transient, 100), 20, 0, 0.5).wait_ms == rules.longest_ms / 2);  // ours is longer
}

TEST_CASE("a message that was tried for too long is failed, but not because its account is halted") {
    const RetryRules rules;
    CHECK(decide(failure(Class::transient), 5, rules.retry_for_ms - 1, 0.5).what == What::retry);
    CHECK(decide(failure(Class::transient), 5, rules.retry_for_ms, 0.5).what == What::fail);
    CHECK(decide(failure(Class::in_doubt), 5, rules.retry_for_ms, 0.5).what == What::fail);
    CHECK(decide(failure(Class::throttled), 5, rules.retry_for_ms, 0.5).what == What::fail);
    CHECK(decide(failure(Class::halted), 5, rules.retry_for_ms * 10, 0.5).what == What::halt);
}

TEST_CASE("a halted account is not tried again at once") {
    CHECK(decide(failure(Class::halted), 1, 0, 0).wait_ms >= RetryRules().base_ms);
}

}  // namespace
}  // namespace parley::outbound
