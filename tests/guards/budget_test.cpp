#include "guards/budget.hpp"

#include <random>

#include "held_model.hpp"
#include "store/journal_fixture.hpp"
#include "support/ogg.hpp"
#include "support/wav.hpp"

namespace parley::guards {
namespace {

using test::question;

// 2026-11-21, ten in the morning UTC.
constexpr UnixMillis morning = 1'795'255'200'000;
constexpr UnixMillis hour = 3'600'000;

// A budget on a database of its own. restart() is what a crash and a new start do.
class BudgetFixture : public test::JournalFixture {
public:
    BudgetFixture() : vault(Secret(std::string(32, 'k'))), settings(vault), pool(options, Logger()) {
        settings.apply("time_zone", "UTC");
        restart();
    }
    ~BudgetFixture() { rest(); }

    void restart() {
        if (budget) rest();
        budget = std::make_unique<Budget>(
            Budget::Parts{model, executor, pool, settings, ids, metrics, Logger(),
                          [](Kind kind) { return kind == Kind::chat ? "gpt-4o-mini" : "unknown"; },
                          [](AccountId) { return 1; }, 2'000, [this] { return now; }});
        budget->load();
    }
    void rest() {
        executor.run_posted();
        executor.run_until([&] { return budget->idle(); });
    }

    struct Answers {
        std::size_t good = 0;
        std::vector<gpt::ModelError> bad;
    };
    void ask(const std::string& person, Answers& answers, const std::string& text = "hello", int max_tokens = 100) {
        ask(question(person, text, max_tokens), answers);
    }
    void ask(gpt::ChatRequest request, Answers& answers) {
        budget->chat(std::move(request), [&answers](gpt::Outcome<gpt::ChatAnswer> outcome) {
            if (outcome)
                ++answers.good;
            else
                answers.bad.push_back(outcome.error());
        });
    }
    // Until as many questions have reached the model or were refused.
    void until(const Answers& answers, std::size_t count) {
        executor.run_until([&] { return model.chats.size() + answers.good + answers.bad.size() >= count; });
    }
    std::string used() { return ask_db("select coalesce(sum(input_tokens + output_tokens), 0) from gpt_usage"); }
    std::string ask_db(const std::string& sql) { return JournalFixture::ask(sql); }

    UnixMillis now = morning;
    config::Vault vault;
    config::Settings settings;
    db::Pool pool;
    Metrics metrics;
    test::HeldModel model;
    std::unique_ptr<Budget> budget;
};

const std::int64_t most_of_one = 128 + 16 + 5 + 100;  // what "hello" with 100 tokens of answer can cost at most

TEST_CASE("200 questions at once never pass the limit, and the reservations are committed before anything is asked") {
    BudgetFixture fixture;
    fixture.settings.apply("gpt_user_tokens_per_day", std::to_string(10 * most_of_one + 5));
    BudgetFixture::Answers answers;
    for (int i = 0; i < 200; ++i) fixture.ask("ada", answers);
    fixture.until(answers, 200);
    CHECK(fixture.model.chats.size() == 10);
    CHECK(answers.bad.size() == 190);
    CHECK(fixture.ask_db("select count(*) from gpt_reservations") == "10");
    // All that was reserved is really used.
    while (!fixture.model.chats.empty()) fixture.model.answer("hi", most_of_one - 100, 100);
    fixture.rest();
    CHECK(answers.good == 10);
    CHECK(fixture.used() == std::to_string(10 * most_of_one));
    CHECK(fixture.ask_db("select count(*) from gpt_reservations") == "0");
    CHECK(fixture.ask_db("select calls from gpt_usage where person = 'ada'") == "10");
}

TEST_CASE("200 questions at once pass no limit, whoever's it is, in tokens and in money") {
    struct Case {
        Scope scope;
        std::string setting, limit;
    };
    // Each question takes 249 tokens at most, at a tenth of a cent each: ten fit.
    const std::vector<Case> cases{{Scope::person, "gpt_user_tokens_per_day", "2600"},
                                  {Scope::chat, "gpt_chat_tokens_per_day", "2600"},
                                  {Scope::organisation, "gpt_organisation_tokens_per_day", "2600"},
                                  {Scope::person, "gpt_user_usd_per_day", "2.60"},
                                  {Scope::chat, "gpt_chat_usd_per_day", "2.60"},
                                  {Scope::organisation, "gpt_organisation_usd_per_day", "2.60"}};
    BudgetFixture fixture;
    fixture.settings.apply("gpt_prices", "gpt-4o-mini=1000/1000");
    std::mt19937 random(1);
    const auto upto = [&](std::int64_t most) { return std::uniform_int_distribution<std::int64_t>(0, most)(random); };
    for (const auto& [scope, setting, limit] : cases) {
        INFO(setting);
        fixture.now += 24 * hour;  // everybody begins afresh
        fixture.settings.apply(setting, limit);
        BudgetFixture::Answers answers;
        const auto ask = [&, shared = scope](int number) {
            auto request = question(shared == Scope::person ? "ada" : "person" + std::to_string(number));
            if (shared == Scope::chat) request.asker.chat = "group";
            fixture.ask(std::move(request), answers);
        };
        const Payer payer{1, 1, "group", "ada"};
        for (int i = 0; i < 200; ++i) ask(i);
        fixture.until(answers, 200);
        CHECK(fixture.model.chats.size() == 10);
        // Each uses what it uses, and another one comes at once.
        for (int i = 0; !fixture.model.chats.empty(); ++i) {
            fixture.model.answer("hi", upto(most_of_one - 100), upto(100));
            if (i < 50) {
                ask(200 + i);
                fixture.until(answers, 201 + static_cast<std::size_t>(i));
            }
            const auto taken = fixture.budget->allowance().taken(payer, scope);
            CHECK(taken.tokens <= 2'600);
            CHECK(taken.micro_usd <= 2'600'000);
        }
        fixture.rest();
        CHECK(answers.good >= 10);
        const auto today = " from gpt_usage where day = (select max(day) from gpt_usage)";
        CHECK(std::stoi(fixture.ask_db(std::string("select sum(input_tokens + output_tokens)") + today)) <= 2'600);
        CHECK(std::stoi(fixture.ask_db(std::string("select sum(micro_usd)") + today)) <= 2'600'000);
        fixture.settings.apply(setting, "0");
    }
}

TEST_CASE("the model is told what is reserved, with an answer more for one that has to be mended") {
    BudgetFixture fixture;
    BudgetFixture::Answers answers;
    fixture.ask("ada", answers);
    auto with_schema = question("ada");
    with_schema.schema = R"({"type":"object"})";
    fixture.ask(with_schema, answers);
    fixture.until(answers, 2);
    REQUIRE(fixture.model.chats.size() == 2);
    const auto& plain = fixture.model.chats[0].first.most;
    CHECK(plain.input_tokens == most_of_one - 100);
    CHECK(plain.output_tokens == 100);
    const auto& mended = fixture.model.chats[1].first.most;
    CHECK(mended.output_tokens == 200);
    CHECK(mended.input_tokens == most_of_one + static_cast<std::int64_t>(with_schema.schema.size()));
    CHECK(fixture.ask_db("select sum(input_tokens + output_tokens) from gpt_reservations") ==
          std::to_string(plain.input_tokens + plain.output_tokens + mended.input_tokens + mended.output_tokens));
    while (!fixture.model.chats.empty()) fixture.model.answer("hi");
    fixture.rest();
}

TEST_CASE("whoever is refused hears whose limit it is and when it starts afresh") {
    BudgetFixture fixture;
    fixture.settings.apply("time_zone", "Europe/Berlin");
    fixture.settings.apply("gpt_user_tokens_per_day", "1");
    fixture.restart();
    BudgetFixture::Answers answers;
    fixture.ask("ada", answers);
    fixture.until(answers, 1);
    REQUIRE(answers.bad.size() == 1);
    CHECK(answers.bad[0].fault == gpt::Fault::budget);
    CHECK(
        answers.bad[0].message ==
        "Your daily limit for the assistant is nearly used up: this would need more than is left. It starts afresh at "
        "00:00 (Europe/Berlin), in 13 h.");
}

TEST_CASE("what a call did not use is free again, all of it when the call failed") {
    BudgetFixture fixture;
    fixture.settings.apply("gpt_user_tokens_per_day", std::to_string(most_of_one + 20));
    BudgetFixture::Answers answers;
    fixture.ask("ada", answers);
    fixture.until(answers, 1);
    fixture.model.fail(gpt::Fault::away);
    fixture.ask("ada", answers);
    fixture.until(answers, 2);
    fixture.model.fail(gpt::Fault::away, {15, 5, false});  // it broke on the way: that much was used
    fixture.ask("ada", answers);
    fixture.until(answers, 3);
    fixture.model.answer("hi", 10, 5);
    fixture.ask("ada", answers);
    fixture.until(answers, 4);
    CHECK(answers.bad.size() == 3);
    CHECK(answers.bad.back().fault == gpt::Fault::budget);
    fixture.rest();
    CHECK(fixture.used() == "35");
    CHECK(fixture.ask_db("select sum(calls) from gpt_usage") == "2");
}

TEST_CASE("what may have been answered is charged whole") {
    BudgetFixture fixture;
    BudgetFixture::Answers answers;
    fixture.ask("ada", answers);
    fixture.until(answers, 1);
    fixture.model.fail(gpt::Fault::away, {15, 5, false}, true);
    fixture.ask("ada", answers);
    fixture.until(answers, 2);
    fixture.model.fail(gpt::Fault::timeout);  // it never came so far
    gpt::DrawRequest draw;
    draw.asker = question("ada").asker;
    bool drawn = true;
    fixture.budget->draw(std::move(draw), [&](const gpt::Outcome<gpt::Image>& image) { drawn = image.has_value(); });
    fixture.executor.run_until([&] { return !fixture.model.drawings.empty(); });
    test::HeldModel::take(fixture.model.drawings).second(gpt::ModelError{gpt::Fault::away, "504", {}, true});
    CHECK_FALSE(drawn);
    fixture.rest();
    CHECK(fixture.used() == std::to_string(most_of_one));
    CHECK(fixture.ask_db("select amount from gpt_usage where kind = 'draw'") == "1");
}

TEST_CASE("a restart knows what was used, and charges what a crash left open") {
    BudgetFixture fixture;
    fixture.settings.apply("gpt_user_tokens_per_day", std::to_string(2 * most_of_one + 15));
    BudgetFixture::Answers answers;
    fixture.ask("ada", answers);
    fixture.until(answers, 1);
    fixture.model.answer("hi", 10, 5);
    fixture.rest();
    fixture.ask("ada", answers);
    fixture.until(answers, 2);
    REQUIRE(fixture.model.chats.size() == 1);  // the model is at it, and the host dies
    const auto lost = std::move(fixture.model.chats);
    fixture.model.chats.clear();
    fixture.restart();
    CHECK(fixture.used() == std::to_string(most_of_one + 15));
    CHECK(fixture.ask_db("select count(*) from gpt_reservations") == "0");
    fixture.ask("ada", answers);
    fixture.until(answers, 2);
    CHECK(fixture.model.chats.size() == 1);  // one more fits
    fixture.ask("ada", answers);
    fixture.until(answers, 3);
    CHECK(answers.bad.size() == 1);
    fixture.model.answer("hi");
    fixture.rest();
}

TEST_CASE("at midnight of the operator's zone everybody begins afresh") {
    BudgetFixture fixture;
    fixture.settings.apply("time_zone", "Asia/Karachi");  // UTC+5: midnight is at 19:00 UTC
    fixture.settings.apply("gpt_user_tokens_per_day", std::to_string(most_of_one));
    fixture.restart();
    BudgetFixture::Answers answers;
    fixture.now = morning + 9 * hour - 1;
    fixture.ask("ada", answers);
    fixture.until(answers, 1);
    fixture.now += 1;
    fixture.ask("ada", answers);
    fixture.until(answers, 2);
    REQUIRE(fixture.model.chats.size() == 2);
    fixture.model.answer("hi", 10, 5);  // yesterday's question
    fixture.model.answer("hi", 20, 5);
    fixture.rest();
    CHECK(fixture.ask_db("select input_tokens from gpt_usage where day = '2026-11-21'") == "10");
    CHECK(fixture.ask_db("select input_tokens from gpt_usage where day = '2026-11-22'") == "20");
    CHECK(fixture.budget->allowance().used({1, 1, "", "ada"}, Scope::person).tokens == 25);
}

TEST_CASE("money is counted by the price table, and its limit holds") {
    BudgetFixture fixture;
    fixture.settings.apply("gpt_prices", "dear=1000/2000");
    fixture.settings.apply("gpt_organisation_usd_per_day", "1");
    BudgetFixture::Answers answers;
    // One costs at most 149 x 0.001 + 100 x 0.002 = 0.349 dollars.
    for (int i = 0; i < 3; ++i) {
        auto request = question("ada");
        request.model = "dear";
        fixture.ask(std::move(request), answers);
    }
    fixture.until(answers, 3);
    CHECK(fixture.model.chats.size() == 2);
    CHECK(answers.bad.at(0).message.find("This bot's daily limit") == 0);
    fixture.model.answer("hi", 100, 50);
    fixture.model.answer("hi", 100, 50);
    fixture.rest();
    CHECK(fixture.ask_db("select sum(micro_usd) from gpt_usage where model = 'dear'") == "400000");
}

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

TEST_CASE("what was used is read back by person, by kind and page by page") {
    BudgetFixture fixture;
    BudgetFixture::Answers answers;
    for (const char* person : {"ada", "bob", "ada"}) {
        fixture.ask(person, answers);
        fixture.until(answers, answers.good + 1);
        fixture.model.answer("hi", 10, 5);
    }
    fixture.rest();
    fixture.transact([](pqxx::work& tx) {
        db::UsageFilter filter;
        filter.organisation = 1;
        const auto people = db::sum_usage(tx, filter, db::UsageBy::person, 10);
        REQUIRE(people.size() == 2);
        CHECK(people[0].name == "ada");
        CHECK(people[0].calls == 2);
        CHECK(people[0].input_tokens == 20);
        filter.person = "bob";
        const auto all = db::sum_usage(tx, filter, db::UsageBy::all, 10);
        REQUIRE(all.size() == 1);
        CHECK(all[0].output_tokens == 5);
        filter.person = "nobody";
        CHECK(db::sum_usage(tx, filter, db::UsageBy::all, 10).at(0).calls == 0);
    });
}

TEST_CASE("with the database away nothing is asked, and it is said") {
    BudgetFixture fixture;
    auto broken = fixture.options;
    broken.url = Secret("postgresql:///nothing?host=/nonexistent");
    db::Pool away(broken, Logger());
    Budget budget({fixture.model,
                   fixture.executor,
                   away,
                   fixture.settings,
                   fixture.ids,
                   fixture.metrics,
                   Logger(),
                   {},
                   [](AccountId) { return 1; },
                   2'000,
                   [&] { return fixture.now; }});
    std::optional<gpt::ModelError> error;
    budget.chat(question("ada"), [&](const gpt::Outcome<gpt::ChatAnswer>& outcome) { error = outcome.error(); });
    fixture.executor.run_until([&] { return error.has_value(); });
    CHECK(error->fault == gpt::Fault::away);
    CHECK(fixture.model.chats.empty());
    CHECK(budget.allowance().taken({1, 1, "", "ada"}, Scope::person) == Amount{});
}

}  // namespace
}  // namespace parley::guards
