// A budget on a database of its own, and who asks.
#pragma once

#include "guards/budget.hpp"

#include "held_model.hpp"
#include "store/journal_fixture.hpp"

namespace parley::guards {

using test::question;

// 2026-11-21, ten in the morning UTC.
inline constexpr UnixMillis morning = 1'795'255'200'000;
inline constexpr UnixMillis hour = 3'600'000;

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

inline constexpr std::int64_t most_of_one =
    128 + 16 + 5 + 100;  // what "hello" with 100 tokens of answer can cost at most

}  // namespace parley::guards
