// Makes pictures that people sent fit for a language model: JPEG, at most 1,536 pixels a side, by ffmpeg in a child
// process. So no picture goes out as it came in, with its hidden data, and none is decoded in this process.
#pragma once

#include <atomic>
#include <string>

#include "core/error.hpp"
#include "core/unique_function.hpp"
#include "core/worker_pool.hpp"
#include "media/store.hpp"

namespace parley::media {

class Pictures {
public:
    // `ffmpeg`: its path; empty: not installed. The store outlives this.
    Pictures(const Store& store, std::string ffmpeg);
    ~Pictures() { stopping_ = true; }  // what is at work or waits ends soon

    // [any thread] `done` gets the bytes of a JPEG, on a thread of this class, or before this returns when too many
    // wait. Errors have words for the sender.
    void shrink(const Media& picture, UniqueFunction<void(Result<std::string>)> done);

private:
    Result<std::string> shrink_now(const Media& picture) const;

    const Store& store_;
    std::string ffmpeg_;
    std::atomic<bool> stopping_{false};
    WorkerPool worker_{1, 256};  // last: its work ends before the rest goes
};

}  // namespace parley::media
