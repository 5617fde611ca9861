// Who does not want campaigns: somebody who writes "stop" in a direct chat, or tells WhatsApp so. Who writes "start"
// gets them again. The words are settings. [I/O thread]
#pragma once

#include <functional>
#include <vector>

#include "config/settings.hpp"
#include "core/log.hpp"
#include "core/message.hpp"
#include "outbound/feeder.hpp"

namespace parley::campaigns {

class OptOuts {
public:
    // Something that is written before the webhook is answered; called for its completion.
    using Part = std::function<UniqueFunction<void(Result<void>)>()>;

    OptOuts(outbound::Feeder& feeder, const config::Settings& settings, Logger log)
        : feeder_(feeder), settings_(settings), log_(std::move(log)) {}

    // Looks at what came in, before it is admitted; its id is set. A word that opts out is no message for plugins any
    // more: it becomes an event that is recorded and answered here. One that opts in goes its way.
    void look(Inbound& message, const Part& part);

private:
    enum class Wish { none, out, in };
    Wish wish_of(const Inbound& message) const;
    std::vector<Outbound> reply_to(const Inbound& message);
    bool is_word(std::string_view setting, std::string_view text) const;

    outbound::Feeder& feeder_;
    const config::Settings& settings_;
    Logger log_;
};

}  // namespace parley::campaigns
