// How much memory a process has.
#pragma once

#include <sys/types.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstdlib>
#include <string>
#include <thread>

#include "support/process.hpp"

namespace parley::e2e {

// The address sanitizer keeps freed memory for a while: what a process has then says nothing.
#ifdef __SANITIZE_ADDRESS__
inline constexpr bool memory_tells = false;
#else
inline constexpr bool memory_tells = true;
#endif

inline long resident_mib(pid_t pid) {
    const auto status = test::read_text("/proc/" + std::to_string(pid) + "/status");
    const auto at = status.find("\nVmRSS:");
    return at == std::string::npos ? 0 : std::atol(status.c_str() + at + 7) / 1024;
}

// The most that a process has while this lives. (The kernel's own count begins with the process, and passwords that are
// hashed at the start take more than all that follows.)
class MemoryWatch {
public:
    explicit MemoryWatch(pid_t pid) : before_(resident_mib(pid)), most_(before_) {
        thread_ = std::jthread([this, pid](const std::stop_token& over) {
            while (!over.stop_requested()) {
                most_ = std::max(most_.load(), resident_mib(pid));
                std::this_thread::sleep_for(std::chrono::milliseconds(50));
            }
        });
    }

    long before() const { return before_; }
    long most() const { return most_; }

private:
    const long before_;
    std::atomic<long> most_;
    std::jthread thread_;
};

}  // namespace parley::e2e
