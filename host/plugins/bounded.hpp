// Runs code of a plugin that may never return: on a thread of its own, waited for until a deadline. The thread ends
// with the work, which also runs the destructors of the plugin's thread_local data, without which its library would
// stay mapped.
#pragma once

#include <chrono>

#include "core/unique_function.hpp"

namespace parley::plugins {

// True: `work` returned in time. False: it did not; `late` is called on its thread when it does, if it ever does.
// An exception that leaves `work` in time is thrown here.
bool run_bounded(std::chrono::milliseconds deadline, UniqueFunction<void()> work, UniqueFunction<void()> late);

}  // namespace parley::plugins
