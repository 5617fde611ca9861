// Conversations with a language model: whoever writes plain words gets an answer that knows the last turns, sees
// pictures, hears voice notes, reads documents and may run commands for them. Host code on the I/O thread; a
// conversation that waits for the model holds no thread. One turn is talk/turn.hpp; this is what all turns share.
#pragma once

#include <functional>

#include "config/settings.hpp"
#include "core/executor.hpp"
#include "core/log.hpp"
#include "core/metrics.hpp"
#include "db/pool.hpp"
#include "gpt/model.hpp"
#include "pipeline/handler.hpp"
#include "pipeline/turns.hpp"
#include "plugins/runtime.hpp"
#include "services/services.hpp"
#include "talk/attachments.hpp"
#include "talk/prompt.hpp"
#include "talk/summaries.hpp"
#include "talk/tool_run.hpp"
#include "talk/tools.hpp"

namespace parley::talk {

struct TalkOptions {
    std::chrono::milliseconds turn_limit{90'000};  // for a whole turn: files, questions, commands
    std::chrono::seconds confirm_within{300};      // a wish to run a command waits so long for its yes
    int most_commands = 5;                         // a turn
    std::int64_t most_answer_tokens = 1'500;
};

class Talk final : public pipeline::Turns {
public:
    struct Parts {
        Executor& executor;
        db::Pool& pool;
        const config::Settings& settings;
        gpt::Model& model;
        plugins::Runtime& runtime;
        plugins::HandlerPool& handlers;
        pipeline::Handler& handler;
        const services::PhoneZones& zones;
        services::ShowTyping show_typing;
        Attachments& attachments;
        Metrics& metrics;
        Logger log;
    };
    Talk(TalkOptions options, Parts parts);

    bool ready() const override { return parts_.model.configured(); }
    Pause pause(const pipeline::Utterance& first) const override;
    void answer(pipeline::Conversation conversation, UniqueFunction<void(Answer)> done) override;

    // For turns.
    const TalkOptions& options() const { return options_; }
    const Parts& parts() const { return parts_; }
    std::shared_ptr<const Offer> offer();
    Summaries& summaries() { return summaries_; }
    ToolRunner& tools() { return tools_; }
    // Of the window; the question itself may have as much again.
    Budget budget() const;
    Metrics::Counter& turns() { return turns_; }
    Metrics::Counter& failed() { return failed_; }
    Metrics::Counter& commands() { return commands_; }

private:
    TalkOptions options_;
    Parts parts_;
    Summaries summaries_;
    ToolRunner tools_;
    std::shared_ptr<const Offer> offer_;
    SteadyTime offered_at_{};
    Metrics::Counter turns_, failed_, commands_;
};

// "yes", as typed by somebody who was asked to.
bool says_yes(std::string_view words);

}  // namespace parley::talk
