// Brings the bytes that the I/O thread receives into the media store, on worker threads.
#pragma once

#include <memory>
#include <mutex>
#include <string>

#include "core/worker_pool.hpp"
#include "media/store.hpp"
#include "net/client.hpp"

namespace parley::pipeline {

class FileSink final : public net::BodySink, public std::enable_shared_from_this<FileSink> {
public:
    // Both outlive it.
    FileSink(const media::Store& store, WorkerPool& workers) : workers_(workers), writer_(store.begin()) {}
    // Takes no more than largest_file() of its kind: of the one that `mime` says, and then of the one that it is.
    FileSink(const media::Store& store, WorkerPool& workers, std::string mime, std::uint64_t most)
        : workers_(workers), mime_(std::move(mime)), most_(most), writer_(store.begin()) {}

    void write(std::string bytes, UniqueFunction<void(Result<void>)> written) override;

    // Once, when all has been written: the stored file. `done` comes from a worker thread. See media::Writer::finish.
    void finish(std::string mime, std::string sha256, UniqueFunction<void(Result<Media>)> done);

    // It came to nothing: what was written goes.
    void abandon();

private:
    Result<void> check_size(std::uint64_t size, const std::string& mime) const;

    WorkerPool& workers_;
    std::string mime_;
    std::uint64_t most_ = 0;  // 0: who sends it keeps to a limit
    std::mutex mutex_;        // a write may still be under way when its exchange is given up
    std::unique_ptr<media::Writer> writer_;
};

}  // namespace parley::pipeline
