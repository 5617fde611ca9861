#include <catch2/catch.hpp>
#include <memory>

#include "core/error.hpp"
#include "core/secret.hpp"
#include "core/unique_function.hpp"

namespace parley {
namespace {

TEST_CASE("a UniqueFunction owns what cannot be copied and lets go of it") {
    const auto watched = std::make_shared<int>(1);
    UniqueFunction<int(int)> add = [own = std::make_unique<int>(40), watched](int more) { return *own + more; };
    CHECK(watched.use_count() == 2);
    CHECK(add(2) == 42);
    UniqueFunction<int(int)> moved = std::move(add);
    CHECK(moved(1) == 41);
    moved = nullptr;
    CHECK_FALSE(moved);
    CHECK(watched.use_count() == 1);
}

TEST_CASE("a UniqueFunction passes move-only arguments and references on") {
    UniqueFunction<void(std::unique_ptr<int>, int&)> store = [](std::unique_ptr<int> from, int& into) { into = *from; };
    int value = 0;
    store(std::make_unique<int>(9), value);
    CHECK(value == 9);
    CHECK_FALSE(UniqueFunction<void()>());
    CHECK_FALSE(UniqueFunction<void()>(nullptr));
}

TEST_CASE("a UniqueFunction keeps its own state between calls") {
    UniqueFunction<int()> count = [n = 0]() mutable { return ++n; };
    count();
    CHECK(count() == 2);
}

TEST_CASE("a secret shows enough to be recognised, short ones nothing") {
    CHECK(Secret("sk-abcdefgh9f2a").masked() == "sk-...9f2a");
    CHECK(Secret("12345678901").masked() == "****");
    CHECK(Secret("x").masked() == "****");
    CHECK(Secret().masked().empty());
    CHECK(Secret().empty());
    CHECK(Secret("abc").reveal() == "abc");
}

TEST_CASE("value() of a failed result throws the error") {
    const Result<int> failed = make_error(Errc::not_found, "nothing there");
    try {
        failed.value();
        FAIL("it has a value");
    } catch (const ErrorException& failure) {
        CHECK(failure.error().code == Errc::not_found);
        CHECK(std::string(failure.what()) == "nothing there");
    }
    CHECK(std::string(to_string(Errc::overloaded)) == "overloaded");
}

}  // namespace
}  // namespace parley
