// What surrounds the run of one hook of a plugin. Internal to Handler.
#pragma once

#include <mutex>

#include "plugins/runtime.hpp"
#include "services/call.hpp"

namespace parley::pipeline {

// What the plugin holds while its hook runs. The lease outlives it.
inline parley_call make_call(services::Services& services, services::HandlingState& state,
                             const plugins::Lease& plugin) {
    return parley_call{services,
                       state,
                       plugin.plugin_id(),
                       [&plugin](std::string_view capability) { return plugin.granted(capability); },
                       {},
                       {}};
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
