#include "pipeline/file_sink.hpp"

#include "pipeline/downloads.hpp"

namespace parley::pipeline {
namespace {

Error busy() {
    return make_error(Errc::overloaded, "too many files wait to be written");
}

}  // namespace

Result<void> FileSink::check_size(std::uint64_t size, const std::string& mime) const {
    if (most_ == 0) return {};
    const auto most = largest_file(media::kind_of_mime(mime), most_);
    if (size <= most) return {};
    return make_error(Errc::too_large,
                      "a file of the type " + mime + " has at most " + std::to_string(most >> 20) + " MiB");
}

void FileSink::write(std::string bytes, UniqueFunction<void(Result<void>)> written) {
    auto told = std::make_shared<UniqueFunction<void(Result<void>)>>(std::move(written));
    const bool taken = workers_.submit([self = shared_from_this(), bytes = std::move(bytes), told] {
        Result<void> result = make_error(Errc::gone, "the file is not wanted any more");
        {
            const std::lock_guard lock(self->mutex_);
            if (self->writer_) result = self->check_size(self->writer_->size() + bytes.size(), self->mime_);
            if (self->writer_ && result) result = self->writer_->write(bytes);
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
            Result<void> fits;
            if (self->most_ > 0) fits = self->check_size(self->writer_->size(), self->writer_->mime(mime));
            auto media = fits ? self->writer_->finish(mime, sha256) : Result<Media>(fits.error());
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
