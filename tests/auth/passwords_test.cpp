#include "auth/passwords.hpp"

#include <catch2/catch.hpp>
#include <optional>

#include "auth/cheap_passwords.hpp"
#include "support/manual_executor.hpp"
#include "support/result_printer.hpp"

namespace parley::auth {
namespace {

struct Fixture {
    explicit Fixture(PasswordCost cost = test::cheap_passwords()) : passwords(executor, cost) {}

    std::string hash(const std::string& password) {
        std::optional<Result<std::string>> made;
        passwords.hash(Secret(password), [&](Result<std::string> given) { made = std::move(given); });
        executor.run_until([&] { return made.has_value(); });
        return made->value();
    }
    Passwords::Verdict verify(const std::string& against, const std::string& password) {
        std::optional<Result<Passwords::Verdict>> verdict;
        passwords.verify(against, Secret(password),
                         [&](Result<Passwords::Verdict> given) { verdict = std::move(given); });
        executor.run_until([&] { return verdict.has_value(); });
        return verdict->value();
    }

    test::ManualExecutor executor;
    Passwords passwords;
};

}  // namespace

TEST_CASE("a password is kept as argon2id and known again") {
    Fixture fixture;
    const auto hash = fixture.hash("correct horse");
    CHECK(hash.starts_with("$argon2id$v=19$"));
    CHECK(hash != fixture.hash("correct horse"));
    CHECK(fixture.verify(hash, "correct horse").right);
    CHECK(fixture.verify(hash, "correct horse").rehashed == "");
    CHECK_FALSE(fixture.verify(hash, "correct hors").right);
}

TEST_CASE("nobody's password costs the same work and is never right") {
    Fixture fixture;
    const auto hash = fixture.hash("correct horse");
    fixture.verify(hash, "wrong");
    CHECK(fixture.passwords.verifications() == 1);
    CHECK_FALSE(fixture.verify("", "wrong").right);
    CHECK_FALSE(fixture.verify("", "").right);
    CHECK(fixture.passwords.verifications() == 3);
}

TEST_CASE("what was hashed more cheaply is hashed anew") {
    Fixture old;
    const auto hash = old.hash("correct horse");
    auto dearer = test::cheap_passwords();
    dearer.passes = 2;
    Fixture now(dearer);
    const auto verdict = now.verify(hash, "correct horse");
    CHECK(verdict.right);
    REQUIRE(verdict.rehashed.starts_with("$argon2id$"));
    CHECK(now.verify(verdict.rehashed, "correct horse").rehashed == "");
    CHECK(now.verify(hash, "wrong horse").rehashed == "");
}

TEST_CASE("more than can wait is refused at once") {
    auto cost = test::cheap_passwords();
    cost.threads = 1;
    cost.most_waiting = 2;
    cost.memory = 32u << 20;  // long enough for the others to pile up
    Fixture fixture(cost);
    int refused = 0, done = 0;
    for (int i = 0; i < 12; ++i)
        fixture.passwords.verify("", Secret("guess"), [&](const Result<Passwords::Verdict>& verdict) {
            ++done;
            if (!verdict && verdict.error().code == Errc::overloaded) ++refused;
        });
    fixture.executor.run_until([&] { return done == 12; });
    CHECK(refused > 0);
    CHECK(fixture.passwords.verifications() == static_cast<std::uint64_t>(12 - refused));
}

TEST_CASE("passwords that will not do are refused with the reason") {
    const auto why = [](const std::string& password) {
        const auto ok = Passwords::acceptable(Secret(password), "Your_Username");
        return ok ? std::string() : ok.error().message;
    };
    CHECK(why("your_password") == "");
    CHECK(why("short") != "");
    CHECK(why(std::string(129, 'x')) != "");
    CHECK(why("your_username") != "");
    CHECK(why(std::string("eight\0aa", 8)) != "");
}

}  // namespace parley::auth
