#include <random>

#include "budget_fixture.hpp"

namespace parley::guards {
namespace {

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
