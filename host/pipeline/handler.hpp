// One message from "it is its turn" to "this is what it changes": access, preprocess of every plugin, command line, and
// the plugin, the help or the hint that answers it. Runs on a handler thread, from top to bottom; touches nothing but
// the state it is given.
#pragma once

#include <mutex>
#include <optional>
#include <string>
#include <unordered_set>

#include "config/settings.hpp"
#include "core/log.hpp"
#include "core/metrics.hpp"
#include "guards/rate_limit.hpp"
#include "guards/silence.hpp"
#include "pipeline/command_line.hpp"
#include "pipeline/rejection.hpp"
#include "pipeline/turns.hpp"
#include "plugins/runtime.hpp"
#include "services/services.hpp"

namespace parley::pipeline {

// Users that have been registered: saves writing them again with each message. Forgets all when it grows too large,
// which costs a few writes that change nothing. [any thread]
class KnownUsers {
public:
    bool contains(AccountId account, const std::string& user, const std::string& group) const;
    void add(const NewUser& user);
    void clear();

private:
    mutable std::mutex mutex_;
    std::unordered_set<std::string> seen_;
};

class Handler {
public:
    Handler(plugins::Runtime& runtime, services::Services& services, const config::Settings& settings,
            const KnownUsers& known_users, Logger log);

    // Where the language model is silent; none: nowhere. It outlives the handler.
    void heed(guards::Silence& silence) { silence_ = &silence; }

    // Plain words are for `turns` from now on, whenever it is ready. Before the first message.
    void converse_with(const Turns& turns) { turns_ = &turns; }

    // [any thread] Has a human taken over the chat of this message?
    bool human_answers(const Inbound& message) const;

    // [handler thread] Fills state.effects, or state.words for the language model. The message's text may be rewritten
    // by plugins on the way; `message` itself stays. Returns why it was not handled, if so, for the metrics.
    std::optional<Rejection> handle(const Inbound& message, services::HandlingState& state);

    // [handler thread] Runs a command that the language model asks for, on behalf of who wrote `message` and in their
    // chat. Never one for admins or an internal one, and nobody is an admin here, whoever wrote: what the model asks
    // for may have been put into its mouth. Preprocess hooks do not see it: nobody wrote it. `agreed`: the person has
    // said yes to it. `text` is what the command answered, or why it did not run; then nothing in `state` counts.
    struct ToolResult {
        bool done = false;
        bool ask_first = false;  // not done: the plugin wants the person to agree to it
        std::string text{};
    };
    ToolResult run_tool(const Inbound& message, const Command& command, bool agreed, services::HandlingState& state);

    // Is `next`, by its looks, more plain words of the same person?
    bool continues(const Inbound& message, const Inbound& next) const;

    // How long the handling of this message may take: the command's own limit or the host's.
    std::chrono::milliseconds limit_for(const Inbound& message, std::chrono::milliseconds fallback) const;

private:
    std::optional<Rejection> refuse(const Inbound& message, bool from_admin);
    std::optional<Rejection> too_many(const Inbound& message);
    bool wants_no_answers(const Inbound& message) const;
    void choose_answers(const Command& command, const Inbound& message, services::HandlingState& state);
    std::string preprocess(const Inbound& message, services::HandlingState& state) const;
    std::optional<Rejection> run_command(const Command& command, const Inbound& message, const std::string& text,
                                         services::HandlingState& state);
    void run_timer(const Inbound& message, services::HandlingState& state);
    void run_hook(const Inbound& message, services::HandlingState& state);
    // How it ended. Not PARLEY_OK: it did not do its work; what was collected is gone, and there is an answer that says
    // so, but for PARLEY_CONFIRM.
    parley_status call_plugin(plugins::Lease& plugin, const plugins::CommandInfo* command, const Inbound& message,
                              const parley_message& given, services::HandlingState& state, const std::string& typed);
    void answer(const Inbound& message, services::HandlingState& state, std::string text) const;
    Speaker speaker_of(const Inbound& message, bool from_admin, const std::string& admin_prefix) const;
    parley_status turned_away(const plugins::Lease& plugin, bool stuck, const Inbound& message,
                              services::HandlingState& state, const std::string& typed) const;

    plugins::Runtime& runtime_;
    services::Services& services_;
    const config::Settings& settings_;
    const KnownUsers& known_users_;
    const Turns* turns_ = nullptr;
    Logger log_;
    guards::RateLimit rate_limit_;
    guards::Silence* silence_ = nullptr;
};

}  // namespace parley::pipeline
