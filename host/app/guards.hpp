// What stands between people and the language model: daily budgets, turns, moderation; and chats that humans have taken
// over. [I/O thread] Made and destroyed while the loop does not run its work.
#pragma once

#include <map>
#include <memory>

#include "app/accounts.hpp"
#include "guards/budget.hpp"
#include "guards/echoes.hpp"
#include "guards/line.hpp"
#include "guards/moderation.hpp"
#include "guards/silence.hpp"

namespace parley::app {

class Guards {
public:
    struct Parts {
        Executor& executor;
        const db::DatabaseOptions& database;
        db::Pool& pool;
        const config::Settings& settings;
        Accounts& accounts;
        IdGenerator& ids;
        Metrics& metrics;
        Logger log;
    };
    explicit Guards(Parts parts);

    // [not the I/O thread, blocks] What the database knows, before anything is asked.
    Result<void> load();
    void start(pipeline::Intake& intake);
    void stop();

    // Before load(): the language model that is asked behind all guards, and what it is called when nobody names one.
    void stand_before(gpt::Model& provider, std::function<std::string(guards::Kind)> default_model);
    // The language model for everybody.
    gpt::Model& model() { return *moderation_; }
    guards::Silence& silence() { return silence_; }

private:
    std::int32_t organisation_of(AccountId account);
    void read_organisations();
    void forget_ended();

    Parts parts_;
    std::map<std::string, std::int32_t> organisations_;  // ids by name
    guards::Silence silence_;
    guards::Echoes echoes_;
    std::unique_ptr<guards::Budget> budget_;
    std::unique_ptr<guards::Line> line_;
    std::unique_ptr<guards::Moderation> moderation_;
};

}  // namespace parley::app
