// The I/O thread as the rest of the host sees it: a place to run short work and to be called later. net::Loop is the
// real one, tests drive a manual one. Nothing posted here may block.
#pragma once

#include <chrono>
#include <cstdint>

#include "core/unique_function.hpp"

namespace parley {

using SteadyTime = std::chrono::steady_clock::time_point;

class Executor {
public:
    virtual ~Executor() = default;

    // [any thread] Run `work` on the I/O thread, after what was posted before. An exception that leaves it is logged
    // and does not end the loop.
    virtual void post(UniqueFunction<void()> work) = 0;

    using TimerId = std::uint64_t;  // 0 is never a timer

    // [I/O thread] Run `work` on the I/O thread not before `delay` has passed (resolution: about a millisecond).
    virtual TimerId after(std::chrono::milliseconds delay, UniqueFunction<void()> work) = 0;

    // [I/O thread] Forget a timer. Cancelling one that has fired or 0 does nothing.
    virtual void cancel(TimerId id) = 0;

    // [any thread] Is this the I/O thread?
    virtual bool on_loop_thread() const = 0;
};

}  // namespace parley
