// Notices that a human answered with the account's own number, on the phone or in WhatsApp Business, and takes that
// chat over for the hours that the setting takeover_hours says. Providers bring such messages back as echoes; some
// bring back our own as well. Those are told apart by the database, a while later, when the sending of ours is
// recorded. [I/O thread]
#pragma once

#include <string>
#include <vector>

#include "channels/channel.hpp"
#include "config/settings.hpp"
#include "core/executor.hpp"
#include "core/log.hpp"
#include "db/pool.hpp"
#include "guards/silence.hpp"

namespace parley::guards {

class Echoes {
public:
    Echoes(Executor& executor, db::Pool& pool, const config::Settings& settings, Silence& silence, Logger log)
        : executor_(executor), pool_(pool), settings_(settings), silence_(silence), log_(std::move(log)) {}

    void heard(channels::Echo echo);

private:
    void look();
    void take(const channels::Echo& echo);
    UnixMillis ends(const channels::Echo& echo) const;  // 0: not at all

    Executor& executor_;
    db::Pool& pool_;
    const config::Settings& settings_;
    Silence& silence_;
    Logger log_;
    std::vector<channels::Echo> waiting_;
    bool looking_ = false;
};

}  // namespace parley::guards
