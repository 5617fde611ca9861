// What stands between people and the language model, through the built program: a daily limit that holds over a crash,
// a human who answers first, and people who want no answers of a model.
#include <catch2/catch.hpp>

#include "support/model.hpp"
#include "support/stage.hpp"

namespace parley::e2e {
namespace {

using Catch::Matchers::Contains;
using Catch::Matchers::StartsWith;

struct World {
    Gate gate;
    // Each answer uses up nearly all of the limit.
    FakeProvider model{model_routes, model_server([this](const net::Request&) {
                           gate.pass();
                           return says("An answer.", 24'890, 10);
                       })};
    Stage stage{asking(model, {{"GPT_USER_TOKENS_PER_DAY", "25000"}, {"GPT_PRICES", "mock-1=10/20"}}),
                {"echo", "ping", "usage"}};
};

World& world() {
    static World one;
    return one;
}

}  // namespace

TEST_CASE("a daily limit holds, over a crash too, and everybody can see what was used") {
    auto& stage = world().stage;
    const std::string person = "923005550001";
    CHECK(stage.say.direct("hello", person) == "An answer.");
    const std::string refusal = "Your daily limit for the assistant is nearly used up";
    CHECK_THAT(stage.say.direct("hello again", person), StartsWith(refusal) && Contains("It starts afresh at 00:00"));
    CHECK_THAT(stage.say.direct("/usage", person),
               Contains("Questions: 1") && Contains("Tokens: 24,900 of 25,000") && Contains("Cost: $0.25"));
    CHECK(stage.say.direct("/echo commands work", person) == "commands work");
    stage.host.kill9();
    stage.host.start();
    CHECK_THAT(stage.say.direct("hello again", person), StartsWith(refusal));
    CHECK(stage.say.direct("hello", "923005550002") == "An answer.");  // another person has a share of their own
    CHECK_THAT(stage.say.as_admin("/admin costs"), Contains("Questions: 2") && Contains("923005550002: 1 questions"));
    CHECK(stage.metric("parley_gpt_budget_warnings_total") >= 1);
}

TEST_CASE("a question that a crash cut off is charged in full, and is answered all the same if that leaves enough") {
    auto& stage = world().stage;
    const std::string person = "923005550003";
    world().gate.close();
    REQUIRE(stage.host.post(body_of({.text = "are you there?", .from = person})).status == 200);
    world().gate.wait_for_one();
    stage.host.kill9();
    world().gate.open();
    stage.host.start();
    CHECK(eventually([&] { return stage.gateway.calls_to(person + "@s.whatsapp.net").size() == 1; }));
    CHECK(stage.gateway.calls_to(person + "@s.whatsapp.net").front().text() == "An answer.");
    // What the answer took is counted beside its way out.
    std::string usage;
    eventually([&] { return (usage = stage.say.direct("/usage", person)).find("Questions: 2") != std::string::npos; });
    CHECK_THAT(usage, Contains("Questions: 2"));
}

TEST_CASE("a human who answers while the model thinks is not talked over") {
    auto& stage = world().stage;
    const std::string person = "923005550004";
    world().gate.close();
    REQUIRE(stage.host.post(body_of({.text = "are you there?", .from = person})).status == 200);
    world().gate.wait_for_one();
    CHECK(stage.host.cli({"takeover", "start", person}).code == 0);
    world().gate.open();
    CHECK(stage.say.direct("/echo behind", person) == "behind");
    CHECK(stage.gateway.calls_to(person + "@s.whatsapp.net").size() == 1);
    CHECK(stage.host.cli({"takeover", "end", person}).code == 0);
}

TEST_CASE("who wants no answers of a model gets none, until they want them again") {
    auto& stage = world().stage;
    const std::string person = "923005550005";
    CHECK_THAT(stage.say.direct("/ai off", person), StartsWith("I answer your plain words no more"));
    CHECK_THAT(stage.say.direct("hello", person), StartsWith("Hello, I am a bot."));
    CHECK_THAT(stage.say.direct("/ai", person), Contains("do not answer"));
    CHECK_THAT(stage.say.direct("/ai on", person), Contains("again"));
    CHECK(stage.say.direct("hello", person) == "An answer.");
}

}  // namespace parley::e2e
