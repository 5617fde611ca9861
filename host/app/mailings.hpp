// What is sent without being an answer: campaigns, what other programs ask for in table `send_requests`, and what has
// to be sent again. With it the list of those who do not want any. [I/O thread] Made and destroyed while the loop does
// not run its work.
#pragma once

#include <memory>

#include "app/accounts.hpp"
#include "campaigns/opt_outs.hpp"
#include "campaigns/runner.hpp"
#include "db/listener.hpp"
#include "outbound/feeder.hpp"
#include "outbound/request_taker.hpp"
#include "outbound/resender.hpp"

namespace parley::app {

class Mailings {
public:
    struct Parts {
        Executor& executor;
        const db::DatabaseOptions& database;
        db::Pool& pool;
        const config::Settings& settings;
        Accounts& accounts;
        outbound::Sender& sender;
        pipeline::Intake& intake;
        IdGenerator& ids;
        Logger log;
    };
    explicit Mailings(Parts parts);

    // The sender has begun to read its table.
    void start();
    void stop();

    campaigns::Runner& runner() { return runner_; }

private:
    Parts parts_;
    outbound::Feeder feeder_;
    outbound::RequestTaker requests_;
    outbound::Resender resender_;
    campaigns::Runner runner_;
    campaigns::OptOuts opt_outs_;
    std::unique_ptr<db::Listener> listener_;  // last: its thread calls the others
};

}  // namespace parley::app
