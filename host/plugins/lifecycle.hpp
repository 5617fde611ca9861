// The life of one generation as a state machine: which step may follow which, and what has to be undone from where.
// Pure; the code that does the steps asks here, so that no path can forget a step or do one twice.
#pragma once

#include <optional>

namespace parley::plugins {

enum class Stage {
    sealed,     // bytes in memory, checked; no code has run
    opened,     // mapped into this process, static constructors have run
    created,    // create() gave hooks
    started,    // start() succeeded
    serving,    // published
    draining,   // no new calls; waits for those in flight
    drained,    // nobody is inside
    stopped,    // stop() returned
    destroyed,  // destroy() returned
    unmapped,   // the library is gone from memory
    pinned,     // the library stayed mapped after it was closed
};

enum class Event { open, create, start, publish, retire, last_call_ended, stop, destroy, unmap, stay_mapped };

// What to do next to get rid of a generation.
enum class Undo { nothing, retire, wait_for_calls, stop, destroy, close };

// Empty: this event cannot happen in this stage.
std::optional<Stage> after(Stage stage, Event event);

Undo next_undo(Stage stage);

const char* to_string(Stage stage);

}  // namespace parley::plugins
