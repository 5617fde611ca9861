// Sends again what a provider took and did not deliver, for a reason that passes: after a minute, three times at most,
// and only while nothing was sent in that chat since, for its order is worth more. Such a message is a dead letter in
// the meantime, and stays one when the process ends or the provider goes on failing. No duplicate comes of it: the
// provider said that nothing was delivered. [I/O thread]
#pragma once

#include <vector>

#include "core/executor.hpp"
#include "core/log.hpp"
#include "db/pool.hpp"
#include "db/store/repositories.hpp"
#include "outbound/sender.hpp"

namespace parley::outbound {

class Resender {
public:
    Resender(Executor& executor, db::Pool& pool, Sender& sender, Logger log)
        : executor_(executor), pool_(pool), sender_(sender), log_(std::move(log)) {}

    // A failure that passes was reported, and is committed.
    void failed(const StatusUpdate& update);
    // Sends nothing again any more.
    void stop() { stopped_ = true; }

private:
    void wait(db::Undelivered sending);
    void look_later();
    void look();

    Executor& executor_;
    db::Pool& pool_;
    Sender& sender_;
    Logger log_;
    std::vector<db::Undelivered> due_;
    std::size_t waiting_ = 0;
    bool looking_ = false;  // a look is to come, or under way
    bool stopped_ = false;
};

}  // namespace parley::outbound
