#include "pipeline/file_sink.hpp"

namespace parley::pipeline {
namespace {

Error busy() {
    return make_error(Errc::overloaded, "too many files wait to be written");
}

}  // namespace

void FileSink::write(std::string bytes, UniqueFunction<void(Result<void>)> written) {
    auto told = std::make_shared<UniqueFunction<void(Result<void>)>>(std::move(written));
    const bool taken = workers_.submit([self = shared_from_this(), bytes = std::move(bytes), told] {
        Result<void> result = make_error(Errc::gone, "the file is not wanted any more");
        {
            const std::lock_guard lock(self->mutex_);
            if (self->writer_) result = self->writer_->write(bytes);
        }
        (*told)(std::move(result));
    });
    if (!taken) (*told)(busy());
}

void FileSink::finish(std::string mime, std::string sha256, UniqueFunction<void(Result<Media>)> done) {
    auto told = std::make_shared<UniqueFunction<void(Result<Media>)>>(std::move(done));
    const bool taken =
        workers_.submit([self = shared_from_this(), mime = std::move(mime), sha256 = std::move(sha256), told] {
            const std::lock_guard lock(self->mutex_);
            auto media = self->writer_->finish(mime, sha256);
            self->writer_.reset();
            (*told)(std::move(media));
        });
    if (!taken) (*told)(busy());
}

void FileSink::abandon() {
    // Removing a large file takes its time. When no worker is free, the last who holds the sink does it.
    const bool taken = workers_.submit([self = shared_from_this()] {
        const std::lock_guard lock(self->mutex_);
        self->writer_.reset();
    });
    (void)taken;
}

}  // namespace parley::pipeline
