#include "net/form_upload.hpp"

namespace parley::net {

Result<std::shared_ptr<FormUpload>> FormUpload::create(const Request& request, WorkerPool& workers,
                                                       MultipartLimits limits, OpenFile open_file) {
    auto boundary = multipart_boundary(request.headers.get("Content-Type"));
    if (!boundary) return boundary.error();
    return std::shared_ptr<FormUpload>(new FormUpload(*boundary, workers, limits, std::move(open_file)));
}

FormUpload::FormUpload(std::string_view boundary, WorkerPool& workers, MultipartLimits limits, OpenFile open_file)
    : workers_(workers), open_file_(std::move(open_file)), parser_(boundary, limits, *this) {}

void FormUpload::receive(std::shared_ptr<FormUpload> form, Upload& upload, UniqueFunction<void(Result<void>)> done) {
    upload.receive(form, [form, done = std::move(done)](Result<void> received) mutable {
        done(received ? form->parser_.finish() : std::move(received));
    });
}

std::string_view FormUpload::field(std::string_view name) const {
    for (const auto& [key, value] : fields_) {
        if (key == name) return value;
    }
    return {};
}

void FormUpload::write(std::string bytes, UniqueFunction<void(Result<void>)> written) {
    // Shared, because a pool that is full gives the work back only by destroying it.
    auto answer = std::make_shared<UniqueFunction<void(Result<void>)>>(std::move(written));
    bool taken = workers_.submit([self = shared_from_this(), bytes = std::move(bytes), answer] {
        Result<void> outcome;
        try {
            outcome = self->parser_.feed(bytes);
        } catch (const std::exception&) {
            outcome = make_error(Errc::unavailable, "the file cannot be stored now: try again later");
        }
        (*answer)(std::move(outcome));
    });
    if (!taken) (*answer)(make_error(Errc::overloaded, "too many files are being stored: try again later"));
}

Result<void> FormUpload::begin(const PartHead& head) {
    if (!head.is_file) {
        fields_.emplace_back(head.name, "");
        return {};
    }
    auto file = open_file_(head, *this);
    if (!file) return file.error();
    file_ = std::move(*file);
    return {};
}

Result<void> FormUpload::data(std::string_view bytes) {
    if (file_) return file_->write(bytes);
    fields_.back().second += bytes;
    return {};
}

Result<void> FormUpload::end() {
    if (!file_) return {};
    auto file = std::move(file_);
    return file->end();
}

}  // namespace parley::net
