// One call at a time, for plugins that ask for it.
//
// Who is inside may pass its deadline and never leave. Then nobody waits for it any more: whoever waits or comes is
// turned away at once, until it has left after all.
#pragma once

#include <chrono>
#include <condition_variable>
#include <mutex>

namespace parley::plugins {

class SerialSlot {
public:
    using Time = std::chrono::steady_clock::time_point;
    // late: others were inside all the time; stuck: somebody was past its deadline already.
    enum class Turn { mine, late, stuck };

    // [any thread, blocks] Whoever is told `mine` calls leave().
    Turn enter(Time until);
    void leave();
    // [watchdog] Who is inside has passed its deadline.
    void get_stuck();

private:
    std::mutex mutex_;
    std::condition_variable changed_;
    bool taken_ = false, stuck_ = false;
};

// A turn in a slot, left when it goes out of scope.
class SerialTurn {
public:
    SerialTurn(SerialSlot& slot, SerialSlot::Time until) : slot_(slot), turn_(slot.enter(until)) {}
    ~SerialTurn() {
        if (turn_ == SerialSlot::Turn::mine) slot_.leave();
    }
    SerialTurn(const SerialTurn&) = delete;
    SerialTurn& operator=(const SerialTurn&) = delete;

    SerialSlot::Turn how() const { return turn_; }

private:
    SerialSlot& slot_;
    const SerialSlot::Turn turn_;
};

}  // namespace parley::plugins
