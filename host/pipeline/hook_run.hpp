// What surrounds the run of one hook of a plugin. Internal to Handler.
#pragma once

#include <exception>
#include <mutex>
#include <string>

#include "plugins/runtime.hpp"
#include "services/call.hpp"

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

// Did it fail for want of something outside that may come back? Then the plugin is not to blame: an outage, or a
// person who sends files that cannot be fetched, must not put it into quarantine.
inline bool is_passing(parley_status status) {
    return status == PARLEY_UNAVAILABLE || status == PARLEY_TIMEOUT;
}

// Names the plugin in the state while its hook runs.
class Running {
public:
    Running(services::HandlingState& state, const plugins::Lease& plugin) : state_(state) { set(&plugin); }
    ~Running() { set(nullptr); }
    Running(const Running&) = delete;
    Running& operator=(const Running&) = delete;

private:
    void set(const plugins::Lease* plugin) {
        std::lock_guard lock(state_.running_mutex);
        state_.running = plugin;
    }
    services::HandlingState& state_;
};

}  // namespace parley::pipeline
