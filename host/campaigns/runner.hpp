// Runs campaigns: feeds the outbox in small chunks at each campaign's rate, never more than about two seconds of it
// ahead of what was sent. Its state is the database's: a recipient is marked in the transaction that puts the message
// into the outbox, so a campaign goes on where it was, and each recipient gets one message. [I/O thread]
#pragma once

#include <deque>
#include <map>
#include <memory>
#include <string>
#include <unordered_set>

#include "campaigns/message.hpp"
#include "core/executor.hpp"
#include "core/log.hpp"
#include "db/pool.hpp"
#include "db/store/campaigns.hpp"
#include "outbound/feeder.hpp"
#include "outbound/token_bucket.hpp"

namespace parley::campaigns {

class Runner {
public:
    Runner(Executor& executor, db::Pool& pool, outbound::Feeder& feeder, Logger log);
    ~Runner();

    // Begins to work, with what the database says.
    void start();
    // Reads the database's word on what runs: after a change, and now and then by itself.
    void refresh();
    // Feeds nothing more.
    void stop() { stopped_ = true; }

    // A provider raised an alarm about an account: its campaigns pause, with this reason.
    void alarm(AccountId account, const std::string& reason);

    // Messages of a campaign that are queued and have not left yet.
    std::size_t ahead(db::CampaignId id) const;

private:
    struct Run;
    void adopt(std::vector<db::Campaign> active);
    void tick();
    void step(Run& run);
    // Takes the next step at once: what is read in a tick would bound the rate. (What the bucket lets through waits for
    // the tick, or it would trickle into the database.)
    void go_on(const std::shared_ptr<Run>& run);
    void begin_scheduled(Run& run);
    void find_ahead(Run& run);
    void read(Run& run);
    void feed(Run& run, std::size_t count);
    void pause(Run& run);
    void finish(Run& run);
    // Runs `body` on a database thread and `done` here, unless the campaign was let go meanwhile.
    void ask(Run& run, db::Pool::Body body, std::function<void(Run&, const Result<void>&)> done);

    Executor& executor_;
    db::Pool& pool_;
    outbound::Feeder& feeder_;
    Logger log_;
    std::map<db::CampaignId, std::shared_ptr<Run>> runs_;
    SteadyTime next_refresh_{};
    bool refreshing_ = false;
    bool refresh_again_ = false;
    bool stopped_ = false;
};

}  // namespace parley::campaigns
