#include "pipeline/dispatcher.hpp"

#include "core/failpoint.hpp"
#include "pipeline/actor.hpp"
#include "pipeline/handling.hpp"
#include "pipeline/hook_run.hpp"

namespace parley::pipeline {
namespace {

// A handling that keeps losing the race for its keys is given up rather than run for ever.
constexpr int most_reruns = 50;
constexpr int most_turns = 3;  // each asks a language model again

// Somebody has just written there. That a timer is due, or another chat has news, says nothing of the kind.
bool is_answer(const Outbound& reply, const Inbound& message) {
    return message.kind == EventKind::message && reply.account == message.account && reply.chat == message.chat;
}

}  // namespace

Dispatcher::Dispatcher(DispatcherOptions options, Executor& executor, db::Journal& journal, plugins::HandlerPool& pool,
                       Handler& handler, KnownUsers& known_users, config::Settings& settings, outbound::Sender& sender,
                       IdGenerator& ids, Read read, Metrics& metrics, Logger log)
    : options_(options),
      executor_(executor),
      journal_(journal),
      pool_(pool),
      handler_(handler),
      known_users_(known_users),
      settings_(settings),
      sender_(sender),
      ids_(ids),
      log_(std::move(log)),
      memory_(options.max_in_memory),
      queue_({memory_}, std::move(read), [this](Inbound& message) { start(message); }),
      handled_(metrics.counter("parley_messages_handled_total", "Inbound messages whose handling is committed")),
      failed_(metrics.counter("parley_messages_failed_total", "Inbound messages that went to the dead letters")),
      overdue_(metrics.counter("parley_handlers_overdue_total", "Handlers given up past their deadline")),
      conflicts_(
          metrics.counter("parley_handling_conflicts_total", "Handlings run again because a stored value changed")),
      rejected_(metrics.counter("parley_messages_rejected_total", "Inbound messages that were not for a handler")),
      handler_seconds_(metrics.histogram("parley_handler_seconds", "From the start of a handler to its end")) {}

void Dispatcher::start(Inbound& message) {
    auto handling = std::make_shared<Handling>();
    handling->message = std::move(message);
    submit(std::move(handling));
}

void Dispatcher::submit(std::shared_ptr<Handling> handling) {
    ++running_;
    plugins::HandlerPool::Job job;
    job.limit = handler_.limit_for(handling->message, options_.handler_timeout);
    job.run = [this, handling, limit = job.limit] {
        handling->began = std::chrono::steady_clock::now();
        handling->state.deadline = handling->began + limit;
        std::optional<Rejection> rejection;
        try {
            rejection = handler_.handle(handling->message, handling->state);
        } catch (const std::exception& failure) {
            handling->state.effects = Effects{};
            handling->state.effects.failure = std::string("the handling threw: ") + failure.what();
            log_.error("handler.threw", {{"trace", handling->message.trace}, {"why", failure.what()}});
        }
        if (!handling->claim()) return;  // the watchdog was faster: nothing of this counts
        failpoint("after-handle");
        if (rejection) {
            rejected_.add();
            log_.debug("message.rejected", {{"trace", handling->message.trace}, {"why", name_of(*rejection)}});
        }
        executor_.post([this, handling]() mutable { finished(std::move(handling)); });
    };
    job.overdue = [this, handling, limit = job.limit] {
        if (!handling->claim()) return;
        std::string plugin = give_up(handling->state, limit);
        executor_.post([this, handling, plugin = std::move(plugin)] { overdue(handling, plugin); });
    };
    // What one turn of the loop brings goes to the pool together: waking a thread for each message would cost more than
    // handling it.
    if (ready_.empty()) executor_.post([this] { pool_.submit(std::exchange(ready_, {})); });
    ready_.push_back(std::move(job));
}

void Dispatcher::finished(std::shared_ptr<Handling> handling) {
    --running_;
    if (handling->gathering) return heard(handling);
    if (handling->state.again) {
        executor_.after(rerun_pause, [this, handling] { run_again(handling, handling->reruns); });
        return;
    }
    handler_seconds_.observe(std::chrono::duration<double>(std::chrono::steady_clock::now() - handling->began).count());
    if (handling->state.words) return converse(std::move(handling));
    auto effects = std::move(handling->state.effects);
    const auto& message = handling->message;
    if (message.kind == EventKind::message && handling->state.from_admin) note_messages_to_others(message, effects);
    settle(std::move(handling), std::move(effects));
}

void Dispatcher::overdue(const std::shared_ptr<Handling>& handling, const std::string& plugin) {
    --running_;
    overdue_.add();
    const auto& message = handling->message;
    log_.error("handler.overdue", {{"trace", message.trace}, {"message", message.id}, {"plugin", plugin}});
    if (handling->gathering) return ask(handling->gathering);  // it gets its own turn later
    // The handler may still run and touch its own state; what is committed is made afresh.
    Effects effects;
    effects.failure = "plugin " + plugin + " did not finish within its time limit";
    if (message.kind == EventKind::message) {
        Outbound reply;
        reply.account = message.account;
        reply.chat = message.chat;
        reply.text = "Sorry, that took too long and was stopped. The admins can see why.";
        effects.replies.push_back(std::move(reply));
    }
    settle(handling, std::move(effects));
}

void Dispatcher::settle(std::shared_ptr<Handling> handling, Effects effects) {
    std::vector<Outbound> pieces;
    pieces.reserve(effects.replies.size());
    for (auto& reply : effects.replies)
        for (auto& piece : sender_.in_pieces(std::move(reply))) pieces.push_back(std::move(piece));
    effects.replies = std::move(pieces);
    if (!effects.changes.empty()) effects.actor = actor_of(handling->message);
    for (auto& reply : effects.replies) {
        reply.id = ids_.next();
        reply.cause = handling->message.id;
        reply.answers = is_answer(reply, handling->message);
        reply.trace = handling->message.trace;
        sender_.reserve(reply);
    }
    const MessageId id = handling->message.id;
    failpoint("before-commit-out");
    const auto shared = std::make_shared<const Effects>(std::move(effects));  // with the journal, which writes them
    journal_.settle(id, shared, [this, handling = std::move(handling), shared](Result<db::Settlement> how) {
        settled(handling, *shared, std::move(how));
    });
}

void Dispatcher::settled(const std::shared_ptr<Handling>& handling, const Effects& effects,
                         Result<db::Settlement> how) {
    if (how && *how == db::Settlement::committed) {
        failpoint("after-commit-out");
        for (const Outbound& reply : effects.replies) sender_.committed(reply);
        apply(handling, effects);
        for (const auto id : effects.joined) {
            if (const auto* message = queue_.find_item(id)) handled(*message);
            queue_.finish(id);
        }
        queue_.finish(handling->message.id);
        return;
    }
    for (const Outbound& reply : effects.replies) sender_.aborted(reply);
    if (how && handling->reruns < (effects.turn ? most_turns : most_reruns)) {
        conflicts_.add();
        const auto again = [this, handling] { run_again(handling, handling->reruns + 1); };
        return effects.settings.empty() || !refresh_settings ? again() : refresh_settings(again);
    }
    if (!effects.failure.empty() && !effects.replies.empty()) {
        // Perhaps it is the word to the sender that cannot be stored, for instance because its account is gone.
        Effects silent;
        silent.failure = effects.failure;
        settle(handling, std::move(silent));
        return;
    }
    if (!effects.failure.empty()) {
        // Not even the failure can be written. The row stays in the inbox and is tried again at the next start.
        log_.error("settle.impossible", {{"trace", handling->message.trace}, {"why", effects.failure}});
        queue_.set_aside(handling->message.id);
        return;
    }
    // These effects cannot be stored, or never get their turn. The message goes to the dead letters instead of round a
    // loop.
    Effects failure;
    failure.failure = how ? "other messages changed the same stored values all the time"
                          : "what the handling wanted to store was refused: " + how.error().message;
    if (handling->message.kind == EventKind::message) {
        Outbound note;
        note.account = handling->message.account;
        note.chat = handling->message.chat;
        note.text = "Sorry, that failed. The admins can see why.";
        failure.replies.push_back(std::move(note));
    }
    log_.error("settle.refused", {{"trace", handling->message.trace}, {"why", failure.failure}});
    settle(handling, std::move(failure));
}

void Dispatcher::handled(const Inbound& message) {
    handled_.add();
    if (message.kind == EventKind::message && on_handled) on_handled(message);
}

// From the start: nothing of the earlier run is kept.
void Dispatcher::run_again(const std::shared_ptr<Handling>& handling, int reruns) {
    if (paused_) return;  // plugins are about to go: it is for the next run of the host
    auto again = std::make_shared<Handling>();
    again->message = handling->message;
    again->reruns = reruns;
    submit(std::move(again));
}

void Dispatcher::apply(const std::shared_ptr<Handling>& handling, const Effects& effects) {
    const auto& message = handling->message;
    if (effects.failure.empty()) {
        handled(message);
    } else {
        failed_.add();
        if (message.kind == EventKind::message && on_handled) on_handled(message);
    }
    if (effects.new_user) known_users_.add(*effects.new_user);
    for (const auto& setting : effects.settings) settings_.apply(setting.name, setting.value);
    if (!effects.timers.empty() && on_timers_changed) on_timers_changed();
    for (const auto& request : effects.plugin_requests) {
        if (!on_plugin_request) continue;
        on_plugin_request(
            request, [this, account = message.account, chat = message.chat, trace = message.trace](std::string text) {
                Outbound note;
                note.account = account;
                note.chat = chat;
                note.text = std::move(text);
                note.trace = trace;
                sender_.enqueue(std::move(note));
            });
    }
}

}  // namespace parley::pipeline
