// A few threads for blocking work that is not the database's: reading and writing media files, hashing.
#pragma once

#include <condition_variable>
#include <deque>
#include <mutex>
#include <thread>
#include <vector>

#include "core/unique_function.hpp"

namespace parley {

class WorkerPool {
public:
    explicit WorkerPool(unsigned threads, std::size_t max_waiting = 10'000);
    ~WorkerPool();  // runs what waits, then ends

    // [any thread] False when too much waits already: answer Errc::overloaded. `work` must not throw.
    [[nodiscard]] bool submit(UniqueFunction<void()> work);

private:
    void run();

    std::mutex mutex_;
    std::condition_variable wake_;
    std::deque<UniqueFunction<void()>> waiting_;
    std::size_t max_waiting_;
    bool stopping_ = false;
    std::vector<std::thread> threads_;
};

}  // namespace parley
