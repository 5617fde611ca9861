#include "guards/line.hpp"

#include <catch2/catch.hpp>

#include "core/secret.hpp"
#include "held_model.hpp"
#include "support/manual_executor.hpp"

namespace parley::guards {
namespace {

class LineFixture {
public:
    LineFixture(int in_all, int per_organisation) : vault(Secret(std::string(32, 'k'))), settings(vault) {
        settings.apply("gpt_calls_at_once", std::to_string(in_all));
        settings.apply("gpt_calls_at_once_per_organisation", std::to_string(per_organisation));
    }
    void ask(const std::string& person, int organisation = 1) {
        auto request = test::question(person, person);
        request.asker.organisation = organisation;
        line.chat(std::move(request),
                  [this](const gpt::Outcome<gpt::ChatAnswer>& outcome) { outcome ? ++good : ++bad; });
    }
    // Who is at the model.
    std::string asked() const {
        std::string names;
        for (const auto& [request, done] : model.chats) names += request.asker.user + " ";
        return names;
    }

    config::Vault vault;
    config::Settings settings;
    test::ManualExecutor executor;
    Metrics metrics;
    test::HeldModel model;
    Line line{{model, executor, settings, metrics, [](AccountId) { return 1; }}};
    int good = 0, bad = 0;
};

TEST_CASE("so many at once and no more, for an organisation and in all") {
    LineFixture fixture(3, 2);
    for (int i = 0; i < 4; ++i) fixture.ask("ada", 1);
    for (int i = 0; i < 4; ++i) fixture.ask("bob", 2);
    CHECK(fixture.asked() == "ada ada bob ");
    CHECK(fixture.line.waiting() == 5);
    fixture.model.answer("hi");
    CHECK(fixture.asked() == "ada bob ada ");
    while (!fixture.model.chats.empty()) {
        CHECK(fixture.model.chats.size() <= 3);
        fixture.model.answer("hi");
    }
    CHECK(fixture.good == 8);
    CHECK(fixture.line.running() == 0);
    CHECK(fixture.line.waiting() == 0);
}

TEST_CASE("who has many questions does not hold up the others") {
    LineFixture fixture(1, 1);
    for (int i = 0; i < 5; ++i) fixture.ask("greedy");
    fixture.ask("ada");
    fixture.ask("bob");
    std::string order;
    while (!fixture.model.chats.empty()) {
        order += fixture.asked();
        fixture.model.answer("hi");
    }
    CHECK(order == "greedy greedy ada bob greedy greedy greedy ");
}

TEST_CASE("who waits too long is told so, and the line goes on") {
    LineFixture fixture(1, 1);
    fixture.ask("ada");
    fixture.ask("bob");
    fixture.ask("eve");
    CHECK(fixture.executor.timers() == 2);
    fixture.executor.fire_next();  // bob's
    CHECK(fixture.bad == 1);
    fixture.model.answer("hi");
    CHECK(fixture.asked() == "eve ");
    CHECK(fixture.executor.timers() == 0);
    fixture.model.answer("hi");
    CHECK(fixture.good == 2);
}

TEST_CASE("a full line refuses") {
    LineFixture fixture(1, 1);
    fixture.settings.apply("gpt_calls_waiting", "2");
    for (int i = 0; i < 4; ++i) fixture.ask("ada");
    fixture.executor.run_posted();
    CHECK(fixture.bad == 1);
    CHECK(fixture.line.waiting() == 2);
}

}  // namespace
}  // namespace parley::guards
