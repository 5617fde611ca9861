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
        gpt::Model& provider;
        IdGenerator& ids;
        Metrics& metrics;
        Logger log;
    };
    explicit Guards(Parts parts);

    // [not the I/O thread, blocks] What the database knows, before anything is asked.
    Result<void> load();
    void start(pipeline::Intake& intake);
    void stop();

    // The language model for everybody: the provider behind all guards.
    gpt::Model& model() { return moderation_; }
    guards::Silence& silence() { return silence_; }

private:
    std::int32_t organisation_of(AccountId account);
    void read_organisations();
    std::string default_model(guards::Kind kind) const;
    void forget_ended();

    Parts parts_;
    std::map<std::string, std::int32_t> organisations_;  // ids by name
    guards::Silence silence_;
    guards::Echoes echoes_;
    guards::Budget budget_;
    guards::Line line_;
    guards::Moderation moderation_;
};

}  // namespace parley::app
