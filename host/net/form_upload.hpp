// A form that is uploaded: its fields are kept, its files go where the caller says, both read and written on a thread
// of the worker pool while the body comes in.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "core/worker_pool.hpp"
#include "net/multipart_parser.hpp"
#include "net/upload.hpp"

namespace parley::net {

// Where the bytes of one file go. Destroyed, on any thread, without end(): what has been written is to be thrown away.
// [worker thread]
class FormFile {
public:
    virtual ~FormFile() = default;
    virtual Result<void> write(std::string_view bytes) = 0;
    virtual Result<void> end() = 0;
};

class FormUpload final : public BodySink, private PartConsumer, public std::enable_shared_from_this<FormUpload> {
public:
    // Called at the beginning of each file, with the form as far as it came: fields() are those before the file. An
    // error ends the upload with it. May block. [worker thread]
    using OpenFile = std::function<Result<std::unique_ptr<FormFile>>(const PartHead&, const FormUpload&)>;

    // Errc::unsupported or invalid when the request is no form. `workers` outlives it.
    static Result<std::shared_ptr<FormUpload>> create(const Request& request, WorkerPool& workers,
                                                      MultipartLimits limits, OpenFile open_file);

    // The way to use it: reads the body of `upload` into the form and calls `done` on the I/O thread, with an error
    // when it did not come whole.
    static void receive(std::shared_ptr<FormUpload> form, Upload& upload, UniqueFunction<void(Result<void>)> done);

    // In order; after `done`, and in OpenFile.
    const std::vector<std::pair<std::string, std::string>>& fields() const { return fields_; }
    // The first of that name, or empty.
    std::string_view field(std::string_view name) const;

    void write(std::string bytes, UniqueFunction<void(Result<void>)> written) override;

private:
    FormUpload(std::string_view boundary, WorkerPool& workers, MultipartLimits limits, OpenFile open_file);

    Result<void> begin(const PartHead& head) override;
    Result<void> data(std::string_view bytes) override;
    Result<void> end() override;

    WorkerPool& workers_;
    OpenFile open_file_;
    MultipartParser parser_;
    std::vector<std::pair<std::string, std::string>> fields_;
    std::unique_ptr<FormFile> file_;  // null: a field is being read
};

}  // namespace parley::net
