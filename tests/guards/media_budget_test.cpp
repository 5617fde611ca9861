// Pictures, recordings and reading aloud, under the daily limits.
#include "budget_fixture.hpp"
#include "support/ogg.hpp"
#include "support/wav.hpp"

namespace parley::guards {
namespace {

TEST_CASE("pictures, voice messages and reading aloud have caps of their own") {
    BudgetFixture fixture;
    fixture.settings.apply("gpt_pictures_per_day", "1");
    fixture.settings.apply("gpt_audio_minutes_per_day", "1");
    fixture.settings.apply("gpt_speech_characters_per_day", "10");
    std::vector<std::string> refused;
    const auto asker = question("ada").asker;
    const auto note = [&](auto outcome) {
        if (!outcome) refused.push_back(outcome.error().message.substr(0, 40));
    };
    for (int i = 0; i < 2; ++i) {
        gpt::DrawRequest draw;
        draw.asker = asker;
        fixture.budget->draw(std::move(draw), note);
        gpt::SpeakRequest speak;
        speak.asker = asker;
        speak.text = "nine lett";
        fixture.budget->speak(std::move(speak), note);
    }
    gpt::TranscribeRequest transcribe;
    transcribe.asker = asker;
    transcribe.audio.mime = "audio/ogg";
    transcribe.audio.bytes = test::opus(3'100);  // 62 s
    fixture.budget->transcribe(std::move(transcribe), note);
    gpt::TranscribeRequest shorter;
    shorter.asker = asker;
    shorter.model = "whisper-of-the-plugin";
    shorter.audio.mime = "audio/ogg";
    shorter.audio.bytes = test::opus(1'000);
    fixture.budget->transcribe(std::move(shorter), note);
    fixture.executor.run_until([&] { return refused.size() == 3 && fixture.model.transcriptions.size() == 1; });
    CHECK(refused[0].find("Your daily limit for pictures") == 0);
    CHECK(refused[1].find("Your daily limit for reading aloud") == 0);
    CHECK(refused[2].find("Your daily limit for voice messages") == 0);
    CHECK(fixture.model.drawings.size() == 1);
    CHECK(fixture.model.speeches.size() == 1);
    gpt::Transcript transcript;
    transcript.seconds = 5.5;
    test::HeldModel::take(fixture.model.transcriptions).second(transcript);
    test::HeldModel::take(fixture.model.drawings).second(gpt::Image{});
    test::HeldModel::take(fixture.model.speeches).second(gpt::Audio{});
    fixture.rest();
    CHECK(fixture.ask_db("select amount || model from gpt_usage where kind = 'transcribe'") ==
          "5500whisper-of-the-plugin");
    CHECK(fixture.ask_db("select amount from gpt_usage where kind = 'draw'") == "1");
    CHECK(fixture.ask_db("select amount from gpt_usage where kind = 'speak'") == "9");
}

TEST_CASE("a long recording is taken by the length that it really has") {
    BudgetFixture fixture;
    fixture.settings.apply("gpt_audio_minutes_per_day", "1");
    const auto head = test::wav().substr(0, 44);
    int heard = 0, refused = 0;
    const auto transcribe = [&](int seconds) {
        gpt::TranscribeRequest request;
        request.asker = question("ada").asker;
        request.audio = {"audio/wav", head + std::string(static_cast<std::size_t>(seconds) * 16'000, 'x')};
        const auto asked = fixture.model.transcriptions.size() + static_cast<std::size_t>(refused) + 1;
        fixture.budget->transcribe(
            std::move(request), [&](const gpt::Outcome<gpt::Transcript>& outcome) { ++(outcome ? heard : refused); });
        fixture.executor.run_until(
            [&] { return fixture.model.transcriptions.size() + static_cast<std::size_t>(refused) == asked; });
    };
    transcribe(50);
    REQUIRE(fixture.model.transcriptions.size() == 1);
    // The model does not say how long it was.
    test::HeldModel::take(fixture.model.transcriptions).second(gpt::Transcript{});
    CHECK(heard == 1);
    transcribe(15);
    CHECK(refused == 1);
    transcribe(8);
    CHECK(fixture.model.transcriptions.size() == 1);
    test::HeldModel::take(fixture.model.transcriptions).second(gpt::Transcript{});
    fixture.rest();
    CHECK(fixture.ask_db("select amount from gpt_usage where kind = 'transcribe'") == "58002");
}

TEST_CASE("a recording that looks short is reserved as long as it can be") {
    BudgetFixture fixture;
    fixture.settings.apply("gpt_audio_minutes_per_day", "11");
    int answered = 0;
    const auto transcribe = [&] {
        gpt::TranscribeRequest request;
        request.asker = question("ada").asker;
        request.audio = {"audio/mp4", std::string("\0\0\0\x0C"
                                                  "ftypM4A ",
                                                  12)};
        fixture.budget->transcribe(std::move(request), [&](const auto&) { ++answered; });
    };
    transcribe();
    fixture.executor.run_until([&] { return !fixture.model.transcriptions.empty(); });
    transcribe();  // beside the first there is no room for it
    fixture.executor.run_until([&] { return answered == 1; });
    gpt::Transcript transcript;
    transcript.seconds = 30;  // as its conversion told
    test::HeldModel::take(fixture.model.transcriptions).second(transcript);
    transcribe();
    fixture.executor.run_until([&] { return !fixture.model.transcriptions.empty(); });
    test::HeldModel::take(fixture.model.transcriptions).second(gpt::Transcript{});  // nobody knows
    fixture.rest();
    CHECK(answered == 3);
    CHECK(fixture.ask_db("select amount from gpt_usage where kind = 'transcribe'") == "631000");
}

TEST_CASE("a recording costs what the provider counts, in tokens or by its length") {
    BudgetFixture fixture;
    const auto costs = [&](const std::string& model, gpt::Usage usage) {
        gpt::TranscribeRequest request;
        request.asker = question("ada").asker;
        request.model = model;
        request.audio = {"audio/ogg", test::opus(3'000)};  // a minute
        fixture.budget->transcribe(std::move(request), [](const auto&) {});
        fixture.executor.run_until([&] { return !fixture.model.transcriptions.empty(); });
        gpt::Transcript transcript;
        transcript.usage = usage;
        const auto before = fixture.ask_db("select coalesce(sum(micro_usd), 0) from gpt_usage");
        test::HeldModel::take(fixture.model.transcriptions).second(transcript);
        fixture.rest();
        return std::stoi(fixture.ask_db("select sum(micro_usd) - " + before + " from gpt_usage"));
    };
    CHECK(costs("gpt-4o-mini-transcribe", {}) == 3'000);
    CHECK(costs("gpt-4o-mini-transcribe", {600, 150, false}) == 3'000);
    CHECK(costs("gpt-4o-mini-transcribe", {1'000, 400, false}) == 5'000);
    CHECK(costs("whisper-1", {1'000, 400, false}) == 6'000);
}

}  // namespace
}  // namespace parley::guards
