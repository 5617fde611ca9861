// One file on its way, and those who wait for it. Internal to Downloads.
#pragma once

#include <condition_variable>
#include <mutex>
#include <optional>

#include "pipeline/downloads.hpp"

namespace parley::pipeline {

// Somebody who waits: a handler thread, or the I/O thread's own, who is called.
struct Downloads::Waiting {
    UniqueFunction<void(Result<Media>)> done;  // of the latter
    std::mutex mutex;
    std::condition_variable wake;
    std::optional<Result<Media>> outcome;
    bool unknown = false;  // not in memory

    void tell(Result<Media> result) {
        if (done) return std::exchange(done, {})(std::move(result));
        const std::lock_guard lock(mutex);
        outcome.emplace(std::move(result));
        wake.notify_all();
    }
    void tell_unknown() {
        const std::lock_guard lock(mutex);
        unknown = true;
        wake.notify_all();
    }
};

struct Downloads::Entry {
    Inbound message;
    int attempts = 0;
    bool running = false;
    Executor::TimerId timer = 0;
    std::optional<Result<Media>> outcome;  // known, but not yet in the table
    std::vector<std::shared_ptr<Waiting>> waiting;
};

}  // namespace parley::pipeline
