// What surrounds the run of one hook of a plugin. For Handler, and for who gives its runs up.
#pragma once

#include <exception>
#include <mutex>
#include <string>

#include "plugins/runtime.hpp"
#include "plugins/serial_slot.hpp"
#include "services/call.hpp"
#include "services/services.hpp"

namespace parley::pipeline {

// What the plugin holds while its hook runs, on this thread. The lease outlives it.
inline parley_call make_call(services::Services& services, services::HandlingState& state,
                             const plugins::Lease& plugin) {
    return parley_call{services,
                       state,
                       plugin.plugin_id(),
                       [&plugin](std::string_view capability) { return plugin.granted(capability); },
                       {},
                       {},
                       std::this_thread::get_id()};
}

// What the hook answers. One that lets an exception out, which the ABI forbids, has failed like any other: the message
// would stay in work for ever otherwise.
template <class Hook>
parley_status outcome_of(parley_call& call, const Hook& hook) {
    try {
        return hook();
    } catch (const std::exception& thrown) {
        call.services.report(&call, std::string("it let an exception out: ") + thrown.what());
    } catch (...) {
        call.services.report(&call, "it let an exception out that is no std::exception");
    }
    return PARLEY_FAILED;
}

// Its own words for how it ended, for the log.
inline std::string why_not(const parley_call& call, parley_status status) {
    if (!call.reported.empty()) return call.reported;
    return status == PARLEY_SEND_HELP ? "it answers with a command's help, and no command was typed"
                                      : "status " + std::to_string(status);
}

// Did it fail for want of something outside that may come back? Then the plugin is not to blame: an outage, or a
// person who sends files that cannot be fetched, must not put it into quarantine.
inline bool is_passing(parley_status status) {
    return status == PARLEY_UNAVAILABLE || status == PARLEY_TIMEOUT;
}

// Names the hook in the state while it runs. One that comes back from beyond its deadline hangs no more.
class Running {
public:
    // `serial`: it holds the plugin's serial slot, until after this.
    Running(services::HandlingState& state, const plugins::Lease& plugin, plugins::CallKind kind, bool serial = false)
        : state_(state) {
        std::lock_guard lock(state_.running_mutex);
        state_.running = {&plugin, kind, serial};
    }
    ~Running() {
        std::lock_guard lock(state_.running_mutex);
        if (state_.running.overdue) state_.running.plugin->ended_hanging();
        state_.running = {};
    }
    Running(const Running&) = delete;
    Running& operator=(const Running&) = delete;

private:
    services::HandlingState& state_;
};

// [watchdog] The handling's time is over: nothing of it counts any more. Counts against the plugin whose hook runs, and
// names it; it cannot leave its hook meanwhile.
inline std::string give_up(services::HandlingState& state, std::chrono::milliseconds limit) {
    state.gone = true;
    std::lock_guard lock(state.running_mutex);
    auto& running = state.running;
    if (!running.plugin) return "(none)";
    running.overdue = true;
    running.plugin->record(plugins::CallOutcome::overdue, limit, running.kind);
    running.plugin->began_hanging();
    if (running.serial) running.plugin->serial_slot().get_stuck();
    return running.plugin->plugin_id();
}

}  // namespace parley::pipeline
