#include "guards/allowance.hpp"

#include <catch2/catch.hpp>
#include <random>

namespace parley::guards {
namespace {

Amount tokens(std::int64_t count, std::int64_t micro_usd = 0) {
    Amount amount;
    amount.tokens = count;
    amount.micro_usd = micro_usd;
    return amount;
}

const Payer ada{1, 1, "chat", "ada"};

TEST_CASE("what is reserved counts until it is settled") {
    Allowance allowance;
    Limits limits;
    limits.person = tokens(100);
    CHECK_FALSE(allowance.reserve(ada, tokens(60), limits));
    const auto refused = allowance.reserve(ada, tokens(41), limits);
    REQUIRE(refused);
    CHECK(refused->scope == Scope::person);
    CHECK(refused->thing == Thing::tokens);
    CHECK_FALSE(refused->nothing_left);
    allowance.settle(ada, tokens(60), tokens(20), limits);
    CHECK_FALSE(allowance.reserve(ada, tokens(80), limits));
    CHECK(allowance.reserve(ada, tokens(1), limits)->nothing_left);
}

TEST_CASE("the first limit that is passed is named, and nothing is taken from the others") {
    Allowance allowance;
    Limits limits;
    limits.organisation = tokens(0, 50);
    limits.chat = tokens(10);
    CHECK(allowance.reserve(ada, tokens(5, 60), limits)->scope == Scope::organisation);
    CHECK(allowance.reserve(ada, tokens(5, 60), limits)->thing == Thing::money);
    CHECK(allowance.reserve(ada, tokens(11, 60), limits)->scope == Scope::chat);
    CHECK(allowance.taken(ada, Scope::chat) == Amount{});
    CHECK(allowance.taken(ada, Scope::person) == Amount{});
}

TEST_CASE("at four fifths of a limit there is one warning") {
    Allowance allowance;
    Limits limits;
    limits.person = tokens(10);
    CHECK(allowance.settle(ada, {}, tokens(7), limits).empty());  // nobody reserved: nobody is known
    allowance.reserve(ada, tokens(8), limits);
    CHECK(allowance.settle(ada, tokens(8), tokens(7), limits).empty());
    allowance.reserve(ada, tokens(1), limits);
    const auto warnings = allowance.settle(ada, tokens(1), tokens(1), limits);
    REQUIRE(warnings.size() == 1);
    CHECK(warnings[0].scope == Scope::person);
    CHECK(warnings[0].used == 8);
    allowance.reserve(ada, tokens(1), limits);
    CHECK(allowance.settle(ada, tokens(1), tokens(1), limits).empty());
}

TEST_CASE("what was near the limit before a restart is not told again") {
    Allowance allowance;
    Limits limits;
    limits.person = tokens(10);
    allowance.load(ada, tokens(8));
    allowance.loaded(limits);
    allowance.reserve(ada, tokens(1), limits);
    CHECK(allowance.settle(ada, tokens(1), tokens(1), limits).empty());
    CHECK(allowance.used(ada, Scope::organisation).tokens == 9);
}

TEST_CASE("more people than fit are refused, known ones are not") {
    Allowance allowance(3);  // a person, a chat and an organisation
    CHECK_FALSE(allowance.reserve(ada, tokens(1), {}));
    CHECK(allowance.reserve({1, 1, "other", "bob"}, tokens(1), {})->too_many);
    CHECK_FALSE(allowance.reserve(ada, tokens(1), {}));
}

// Every counter is worked out afresh from the list of all that ever happened.
struct Model {
    struct Call {
        Payer payer;
        Amount most;
        std::optional<Amount> used;
    };
    std::vector<Call> calls;

    static bool pays(const Payer& a, const Payer& b, Scope scope) {
        if (scope == Scope::organisation) return a.organisation == b.organisation;
        if (scope == Scope::chat) return a.account == b.account && a.chat == b.chat;
        return a.organisation == b.organisation && a.person == b.person;
    }
    Amount taken(const Payer& payer, Scope scope) const {
        Amount sum;
        for (const auto& call : calls)
            if (pays(call.payer, payer, scope)) sum += call.used.value_or(call.most);
        return sum;
    }
    bool fits(const Payer& payer, const Amount& most, const Limits& limits) const {
        for (const auto scope : {Scope::person, Scope::chat, Scope::organisation}) {
            auto after = taken(payer, scope);
            after += most;
            const auto& limit = limits.of(scope);
            if ((limit.tokens > 0 && most.tokens > 0 && after.tokens > limit.tokens) ||
                (limit.micro_usd > 0 && most.micro_usd > 0 && after.micro_usd > limit.micro_usd) ||
                (limit.pictures > 0 && most.pictures > 0 && after.pictures > limit.pictures))
                return false;
        }
        return true;
    }
};

TEST_CASE("reserving, settling and giving back agree with a list of all calls, and no limit is ever passed") {
    for (unsigned seed = 0; seed < 40; ++seed) {
        std::mt19937 random(seed);
        const auto upto = [&](std::int64_t most) {
            return std::uniform_int_distribution<std::int64_t>(0, most)(random);
        };
        Limits limits;
        limits.person = {1 + upto(500), upto(900), upto(3), 0, 0};
        limits.chat = {1 + upto(800), upto(900), 0, 0, 0};
        limits.organisation = {1 + upto(2'000), upto(3'000), 0, 0, 0};
        Allowance allowance;
        Model model;
        for (int step = 0; step < 400; ++step) {
            std::vector<std::size_t> open;
            for (std::size_t i = 0; i < model.calls.size(); ++i)
                if (!model.calls[i].used) open.push_back(i);
            if (open.empty() || upto(2) > 0) {
                const Payer payer{static_cast<std::int32_t>(1 + upto(1)), static_cast<AccountId>(upto(1)),
                                  upto(4) == 0 ? "" : "chat" + std::to_string(upto(2)),
                                  upto(4) == 0 ? "" : "person" + std::to_string(upto(2))};
                const Amount most{upto(60), upto(90), upto(9) == 0 ? 1 : 0, 0, 0};
                // An empty chat or person has no counter; the list must not invent one.
                Limits counted = limits;
                if (payer.person.empty()) counted.person = {};
                if (payer.chat.empty()) counted.chat = {};
                const bool fits = model.fits(payer, most, counted);
                REQUIRE(allowance.reserve(payer, most, limits).has_value() == !fits);
                if (fits) model.calls.push_back({payer, most, std::nullopt});
            } else {
                auto& call =
                    model.calls[open[static_cast<std::size_t>(upto(static_cast<std::int64_t>(open.size()) - 1))]];
                const Amount used{upto(call.most.tokens), upto(call.most.micro_usd), upto(call.most.pictures), 0, 0};
                allowance.settle(call.payer, call.most, used, limits);
                call.used = used;
            }
            const auto& last = model.calls.empty() ? ada : model.calls.back().payer;
            for (const auto scope : {Scope::person, Scope::chat, Scope::organisation}) {
                if ((scope == Scope::person && last.person.empty()) || (scope == Scope::chat && last.chat.empty()))
                    continue;
                const auto taken = allowance.taken(last, scope);
                REQUIRE(taken == (model.calls.empty() ? Amount{} : model.taken(last, scope)));
                REQUIRE(taken.tokens <= limits.of(scope).tokens);
            }
        }
    }
}

}  // namespace
}  // namespace parley::guards
