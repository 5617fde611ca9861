#include "plugins/serial_slot.hpp"

namespace parley::plugins {

SerialSlot::Turn SerialSlot::enter(Time until) {
    std::unique_lock lock(mutex_);
    if (stuck_) return Turn::stuck;
    const bool moved = changed_.wait_until(lock, until, [this] { return !taken_ || stuck_; });
    if (!moved || stuck_) return Turn::late;  // what it waited for is counted already
    taken_ = true;
    return Turn::mine;
}

void SerialSlot::leave() {
    const std::lock_guard lock(mutex_);
    taken_ = stuck_ = false;
    changed_.notify_one();
}

void SerialSlot::get_stuck() {
    const std::lock_guard lock(mutex_);
    stuck_ = taken_;
    changed_.notify_all();
}

}  // namespace parley::plugins
