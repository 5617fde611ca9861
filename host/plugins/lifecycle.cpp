#include "plugins/lifecycle.hpp"

#include <array>

namespace parley::plugins {
namespace {

struct Transition {
    Stage from;
    Event event;
    Stage to;
};

constexpr std::array transitions{
    Transition{Stage::sealed, Event::open, Stage::opened},
    Transition{Stage::opened, Event::create, Stage::created},
    Transition{Stage::created, Event::start, Stage::started},
    Transition{Stage::started, Event::publish, Stage::serving},
    Transition{Stage::serving, Event::retire, Stage::draining},
    Transition{Stage::draining, Event::last_call_ended, Stage::drained},
    // Started, but never published (its effects could not be committed): nobody can be inside.
    Transition{Stage::started, Event::stop, Stage::stopped},
    Transition{Stage::drained, Event::stop, Stage::stopped},
    // A plugin whose start() failed is destroyed without stop().
    Transition{Stage::created, Event::destroy, Stage::destroyed},
    Transition{Stage::stopped, Event::destroy, Stage::destroyed},
    Transition{Stage::opened, Event::unmap, Stage::unmapped},
    Transition{Stage::opened, Event::stay_mapped, Stage::pinned},
    Transition{Stage::destroyed, Event::unmap, Stage::unmapped},
    Transition{Stage::destroyed, Event::stay_mapped, Stage::pinned},
    Transition{Stage::pinned, Event::unmap, Stage::unmapped},
};

}  // namespace

std::optional<Stage> after(Stage stage, Event event) {
    for (const auto& transition : transitions)
        if (transition.from == stage && transition.event == event) return transition.to;
    return std::nullopt;
}

Undo next_undo(Stage stage) {
    switch (stage) {
        case Stage::sealed:
            return Undo::nothing;
        case Stage::opened:
            return Undo::close;
        case Stage::created:
            return Undo::destroy;
        case Stage::started:
            return Undo::stop;
        case Stage::serving:
            return Undo::retire;
        case Stage::draining:
            return Undo::wait_for_calls;
        case Stage::drained:
            return Undo::stop;
        case Stage::stopped:
            return Undo::destroy;
        case Stage::destroyed:
            return Undo::close;
        case Stage::unmapped:
        case Stage::pinned:
            return Undo::nothing;
    }
    return Undo::nothing;
}

const char* to_string(Stage stage) {
    switch (stage) {
        case Stage::sealed:
            return "sealed";
        case Stage::opened:
            return "opened";
        case Stage::created:
            return "created";
        case Stage::started:
            return "started";
        case Stage::serving:
            return "serving";
        case Stage::draining:
            return "draining";
        case Stage::drained:
            return "drained";
        case Stage::stopped:
            return "stopped";
        case Stage::destroyed:
            return "destroyed";
        case Stage::unmapped:
            return "unmapped";
        case Stage::pinned:
            return "pinned";
    }
    return "unknown";
}

}  // namespace parley::plugins
