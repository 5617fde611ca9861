// Brings due timers of plugins into the inbox, once each. On the I/O thread; looks into the table when the next one is
// due, when one was set, and now and then.
#pragma once

#include "core/executor.hpp"
#include "core/ids.hpp"
#include "core/log.hpp"
#include "db/pool.hpp"
#include "db/store/journal.hpp"
#include "pipeline/dispatcher.hpp"
#include "pipeline/intake.hpp"

namespace parley::pipeline {

class Timers {
public:
    Timers(Executor& executor, db::Pool& database, db::Journal& journal, Dispatcher& dispatcher, const Intake& intake,
           IdGenerator& ids, Logger log);

    // Look now: at start-up, when timers were set, when the database came back.
    void look();
    void stop();

private:
    struct Found;
    void found(Found what);
    void fire(const Found& what);
    void look_in(std::chrono::milliseconds delay);

    Executor& executor_;
    db::Pool& database_;
    db::Journal& journal_;
    Dispatcher& dispatcher_;
    const Intake& intake_;
    IdGenerator& ids_;
    Logger log_;
    Executor::TimerId wake_ = 0;
    bool looking_ = false;
    bool look_again_ = false;
    bool stopped_ = false;
};

}  // namespace parley::pipeline
