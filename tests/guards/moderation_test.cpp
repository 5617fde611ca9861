#include "guards/moderation.hpp"

#include <catch2/catch.hpp>

#include <set>

#include "core/secret.hpp"
#include "held_model.hpp"

namespace parley::guards {
namespace {

class ModerationFixture {
public:
    explicit ModerationFixture(const std::string& mode) : vault(Secret(std::string(32, 'k'))), settings(vault) {
        settings.apply("gpt_moderation", mode);
    }
    void ask(gpt::ChatRequest request) {
        moderation.chat(std::move(request),
                        [this](gpt::Outcome<gpt::ChatAnswer> outcome) { told = std::move(outcome); });
    }

    config::Vault vault;
    config::Settings settings;
    Metrics metrics;
    test::HeldModel model;
    Moderation moderation{{model, settings, metrics, Logger()}};
    std::optional<gpt::Outcome<gpt::ChatAnswer>> told;
};

TEST_CASE("switched off, nothing is looked at") {
    ModerationFixture fixture("off");
    fixture.ask(test::question("ada"));
    CHECK(fixture.model.moderations.empty());
    fixture.model.answer("hi");
    CHECK(fixture.told->value().text == "hi");
}

TEST_CASE("what a person said since the last answer is looked at before the model sees it") {
    ModerationFixture fixture("in");
    auto request = test::question("ada", "old words");
    request.messages.push_back({gpt::Role::assistant, "an answer", {}, {}, {}});
    request.messages.push_back({gpt::Role::user, "new words", {}, {}, {}});
    fixture.ask(request);
    REQUIRE(fixture.model.moderations.size() == 1);
    CHECK(fixture.model.moderations[0].first.text == "new words");
    CHECK(fixture.model.chats.empty());
    fixture.model.judge(false);
    fixture.model.answer("hi");
    CHECK(fixture.told->has_value());

    fixture.ask(request);
    fixture.model.judge(true);
    CHECK(fixture.model.chats.empty());
    CHECK(fixture.told->error().fault == gpt::Fault::refused);
    CHECK(fixture.told->error().message.find("violence") != std::string::npos);
}

TEST_CASE("pictures are looked at one by one, for the model takes no two") {
    ModerationFixture fixture("in");
    auto request = test::question("ada", "look");
    for (const auto* bytes : {"one", "two", "three"}) request.messages[0].images.push_back({"image/jpeg", bytes});
    const auto next = [&](const std::string& text, bool flagged) {
        REQUIRE(fixture.model.moderations.size() == 1);
        const auto& asked = fixture.model.moderations[0].first;
        CHECK(asked.text == text);
        REQUIRE(asked.images.size() == 1);
        auto bytes = asked.images[0].bytes;
        CHECK(fixture.model.chats.empty());
        fixture.model.judge(flagged);
        return bytes;
    };
    fixture.ask(request);
    const std::set<std::string> seen{next("look", false), next("", false), next("", false)};
    CHECK(seen == std::set<std::string>{"one", "three", "two"});
    REQUIRE(fixture.model.chats.size() == 1);
    fixture.model.answer("hi");

    fixture.ask(request);
    next("look", false);
    next("", true);
    CHECK(fixture.model.moderations.empty());
    CHECK(fixture.model.chats.empty());
    CHECK(fixture.told->error().fault == gpt::Fault::refused);
}

TEST_CASE("what is to be drawn or read out is looked at first") {
    ModerationFixture fixture("in");
    std::optional<gpt::Outcome<gpt::Audio>> heard;
    gpt::SpeakRequest speech;
    speech.asker = test::question("ada").asker;
    speech.text = "say this";
    const auto speak = [&] {
        fixture.moderation.speak(speech, [&](gpt::Outcome<gpt::Audio> outcome) { heard = std::move(outcome); });
    };
    speak();
    REQUIRE(fixture.model.moderations.size() == 1);
    CHECK(fixture.model.moderations[0].first.text == "say this");
    fixture.model.judge(true);
    CHECK(fixture.model.speeches.empty());
    CHECK(heard->error().fault == gpt::Fault::refused);
    speak();
    fixture.model.judge(false);
    CHECK(fixture.model.speeches.size() == 1);

    gpt::DrawRequest drawing;
    drawing.asker = speech.asker;
    drawing.prompt = "draw this";
    fixture.moderation.draw(drawing, [](const gpt::Outcome<gpt::Image>&) {});
    REQUIRE(fixture.model.moderations.size() == 1);
    CHECK(fixture.model.moderations[0].first.text == "draw this");
}

TEST_CASE("an answer that does not pass is not read by anybody, but was paid for") {
    ModerationFixture fixture("in+out");
    fixture.ask(test::question("ada"));
    fixture.model.judge(false);
    fixture.model.answer("bad words", 10, 5);
    CHECK(fixture.model.moderations.at(0).first.text == "bad words");
    fixture.model.judge(true);
    CHECK(fixture.told->error().fault == gpt::Fault::refused);
    CHECK(fixture.told->error().usage.output_tokens == 5);
}

TEST_CASE("a check that fails lets pass or refuses, as the setting says") {
    ModerationFixture fixture("in");
    const auto fail = [&] {
        test::HeldModel::take(fixture.model.moderations).second(gpt::ModelError{gpt::Fault::away, "gone", {}});
    };
    fixture.ask(test::question("ada"));
    fail();
    CHECK(fixture.model.chats.size() == 1);
    fixture.settings.apply("gpt_moderation_when_away", "refuse");
    fixture.ask(test::question("ada"));
    fail();
    CHECK(fixture.model.chats.size() == 1);
    CHECK(fixture.told->error().fault == gpt::Fault::away);
}

}  // namespace
}  // namespace parley::guards
