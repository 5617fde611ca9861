// What keeps the tables in shape while the host runs: the partitions of the months to come, and what is old enough to
// go.
#pragma once

#include "core/log.hpp"
#include "db/pool.hpp"
#include "net/loop.hpp"

namespace parley::app {

class Upkeep {
public:
    // Both outlive what the loop runs.
    Upkeep(db::Pool& pool, net::Loop& loop, Logger log) : pool_(pool), loop_(loop), log_(std::move(log)) {}

    // [I/O thread] Now, and from then on once an hour; while there is more to go, again after a while.
    void run();

private:
    db::Pool& pool_;
    net::Loop& loop_;
    Logger log_;
};

}  // namespace parley::app
