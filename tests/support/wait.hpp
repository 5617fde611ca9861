// Waiting for something to become true: looked at again and again until a deadline, never a fixed sleep.
#pragma once

#include <chrono>
#include <thread>

namespace parley::test {

// The machines that run these tests are often busy: what takes milliseconds may take seconds there.
inline constexpr std::chrono::seconds long_enough{30};

template <class Condition>
bool eventually(Condition condition, std::chrono::milliseconds limit = long_enough) {
    const auto deadline = std::chrono::steady_clock::now() + limit;
    while (!condition()) {
        if (std::chrono::steady_clock::now() >= deadline) return condition();
        std::this_thread::sleep_for(std::chrono::milliseconds(5));
    }
    return true;
}

}  // namespace parley::test
