// Who does not want campaigns: somebody who writes "stop" in a direct chat, or tells WhatsApp so. Who writes "start"
// gets them again. The words are settings. [I/O thread]
#pragma once

#include <functional>

#include "config/settings.hpp"
#include "core/executor.hpp"
#include "core/log.hpp"
#include "core/message.hpp"
#include "db/pool.hpp"
#include "outbound/sender.hpp"

namespace parley::campaigns {

class OptOuts {
public:
    // Something that is written before the webhook is answered; called for its completion.
    using Part = std::function<UniqueFunction<void(Result<void>)>()>;

    OptOuts(Executor& executor, db::Pool& pool, const config::Settings& settings, outbound::Sender& sender, Logger log)
        : executor_(executor), pool_(pool), settings_(settings), sender_(sender), log_(std::move(log)) {}

    // Looks at what came in, before it is admitted; its id is set. A word that opts out is no message for plugins any
    // more: it becomes an event that is recorded and answered here. One that opts in goes its way.
    void look(Inbound& message, const Part& part);

private:
    enum class Wish { none, out, in };
    Wish wish_of(const Inbound& message) const;
    bool is_word(std::string_view setting, std::string_view text) const;

    Executor& executor_;
    db::Pool& pool_;
    const config::Settings& settings_;
    outbound::Sender& sender_;
    Logger log_;
};

}  // namespace parley::campaigns
