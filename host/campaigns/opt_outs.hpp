// Who does not want campaigns: somebody who writes "stop" in a direct chat, or tells WhatsApp so, or to whom a provider
// refuses a message for that reason. Who writes "start" gets them again. The words are settings. [I/O thread]
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
    // Looks at a delivery report, before it is stored.
    void look(const StatusUpdate& report, const Part& part);
    // The provider refused this message, for its recipient has opted out there.
    void refused(const Outbound& message);

private:
    enum class Wish { none, out, in };
    Wish wish_of(const Inbound& message) const;
    std::vector<Outbound> reply_to(const Inbound& message);
    void note(AccountId account, std::vector<std::string> persons, UnixMillis at,
              UniqueFunction<void(Result<void>)> written);
    bool is_word(std::string_view setting, std::string_view text) const;

    outbound::Feeder& feeder_;
    const config::Settings& settings_;
    Logger log_;
};

}  // namespace parley::campaigns
