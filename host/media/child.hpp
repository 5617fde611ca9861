// Runs a program on a file that somebody else made: no shell, one open file at most, an environment of its own, limits.
// What it prints is handed on piece by piece. When it ends, whatever it started ends.
#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "core/error.hpp"

namespace parley::media {

struct ChildLimits {
    std::chrono::seconds time{60};
    std::uint64_t memory = 1u << 30;          // bytes of address space; 0: no limit
    std::uint64_t output = 16u << 20;         // bytes; more is Errc::too_large
    const std::atomic<bool>* stop = nullptr;  // set: it is ended, Errc::gone
    int input = -1;                           // its standard input, borrowed; -1: nothing
};

// Blocks until the program has ended. Errc::invalid with the end of its error output when it failed, timeout,
// too_large, unavailable when it cannot be started, and what `take` returned. [any thread]
Result<void> run_child(const std::vector<std::string>& argv, const ChildLimits& limits,
                       const std::function<Result<void>(std::string_view)>& take);

}  // namespace parley::media
