// One command that the language model asked for, run on a handler thread with the pipeline's own handler, under the
// limits that the person's own typing would have.
#pragma once

#include <chrono>
#include <string>

#include "core/executor.hpp"
#include "core/unique_function.hpp"
#include "pipeline/handler.hpp"
#include "plugins/handler_pool.hpp"

namespace parley::talk {

struct ToolOutcome {
    bool done = false;       // it did its work; `collected` holds what it changed beside what was there before
    bool again = false;      // the database was away: nothing of this counts
    bool ask_first = false;  // it did nothing: its plugin wants the person to agree to it
    std::string text;        // what it answered, or why it did not run
    services::Collected collected;
};

class ToolRunner {
public:
    ToolRunner(Executor& executor, plugins::HandlerPool& pool, pipeline::Handler& handler);

    // [I/O thread] `agreed`: the person has said yes to it. `collected`: what earlier runs of the same turn changed;
    // the command sees it. Past `limit` the run is given up: its thread is written off, and nothing of it counts.
    // `done` is called once, on the I/O thread, not from inside the call.
    void run(const Inbound& message, pipeline::Command command, bool agreed, services::Collected collected,
             std::chrono::milliseconds limit, UniqueFunction<void(ToolOutcome)> done);

    // [I/O thread] Plugins are about to go: no command is run any more, and whoever asks for one is to do its turn
    // again in the next run of the host.
    void stop() { stopped_ = true; }

private:
    Executor& executor_;
    plugins::HandlerPool& pool_;
    pipeline::Handler& handler_;
    bool stopped_ = false;
};

}  // namespace parley::talk
