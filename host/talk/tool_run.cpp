#include "talk/tool_run.hpp"

#include <atomic>

#include "pipeline/hook_run.hpp"

namespace parley::talk {
namespace {

// Shared by the handler thread and the watchdog; whoever claims it first says how it ended.
struct Run {
    Inbound message;
    pipeline::Command command;
    bool agreed = false;
    services::HandlingState state;
    std::atomic<bool> claimed{false};
    UniqueFunction<void(ToolOutcome)> done;

    bool claim() { return !claimed.exchange(true); }
};

}  // namespace

ToolRunner::ToolRunner(Executor& executor, plugins::HandlerPool& pool, pipeline::Handler& handler)
    : executor_(executor), pool_(pool), handler_(handler) {}

void ToolRunner::run(const Inbound& message, pipeline::Command command, bool agreed, services::Collected collected,
                     std::chrono::milliseconds limit, UniqueFunction<void(ToolOutcome)> done) {
    if (stopped_) {
        ToolOutcome outcome;
        outcome.again = true;
        executor_.post([done = std::move(done), outcome = std::move(outcome)]() mutable { done(std::move(outcome)); });
        return;
    }
    auto run = std::make_shared<Run>();
    run->message = message;
    run->command = std::move(command);
    run->agreed = agreed;
    run->done = std::move(done);
    static_cast<services::Collected&>(run->state) = std::move(collected);

    plugins::HandlerPool::Job job;
    job.limit = limit;
    job.run = [this, run, limit] {
        run->state.deadline = std::chrono::steady_clock::now() + limit;
        pipeline::Handler::ToolResult result;
        try {
            result = handler_.run_tool(run->message, run->command, run->agreed, run->state);
        } catch (...) {
            result = {false, false, "The command failed."};
        }
        if (!run->claim()) return;  // the watchdog was faster: nothing of this counts
        ToolOutcome outcome;
        outcome.done = result.done;
        outcome.again = run->state.again;
        outcome.ask_first = result.ask_first;
        outcome.text = std::move(result.text);
        if (result.done) outcome.collected = std::move(static_cast<services::Collected&>(run->state));
        executor_.post([run, outcome = std::move(outcome)]() mutable { run->done(std::move(outcome)); });
    };
    job.overdue = [this, run, limit] {
        if (!run->claim()) return;
        pipeline::give_up(run->state, limit);
        executor_.post([run] {
            ToolOutcome outcome;
            outcome.text = "The command did not finish within its time limit.";
            run->done(std::move(outcome));
        });
    };
    pool_.submit(std::move(job));
}

}  // namespace parley::talk
