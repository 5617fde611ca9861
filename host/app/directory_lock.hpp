// One host a data directory: two would fight over cluster, plugins and queue.
#pragma once

#include <string>

#include "core/error.hpp"

namespace parley::app {

// Holds parley.lock in that directory until its end, or that of the process.
class DirectoryLock {
public:
    DirectoryLock() = default;  // holds nothing
    // Errc::unavailable: the directory cannot be written; Errc::conflict: another process holds it.
    static Result<DirectoryLock> take(const std::string& directory);
    DirectoryLock(DirectoryLock&& other) noexcept;
    DirectoryLock& operator=(DirectoryLock&& other) noexcept;
    ~DirectoryLock();

private:
    explicit DirectoryLock(int file) : file_(file) {}

    int file_ = -1;
};

}  // namespace parley::app
