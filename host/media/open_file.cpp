#include "media/open_file.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

namespace parley::media {
namespace {

class OpenFile final : public ByteSource, public std::enable_shared_from_this<OpenFile> {
public:
    OpenFile(int file, std::uint64_t size, WorkerPool& workers) : file_(file), size_(size), workers_(workers) {}
    ~OpenFile() override { ::close(file_); }
    OpenFile(const OpenFile&) = delete;
    OpenFile& operator=(const OpenFile&) = delete;

    std::uint64_t size() const override { return size_; }

    void read(std::uint64_t offset, std::size_t most, UniqueFunction<void(Result<std::string>)> done) override {
        auto told = std::make_shared<UniqueFunction<void(Result<std::string>)>>(std::move(done));
        const bool taken =
            workers_.submit([self = shared_from_this(), offset, most, told] { (*told)(self->read_now(offset, most)); });
        if (!taken) (*told)(make_error(Errc::overloaded, "too many files wait to be read"));
    }

private:
    Result<std::string> read_now(std::uint64_t offset, std::size_t most) const {
        std::string bytes(std::min<std::uint64_t>(most, size_ - offset), '\0');
        std::size_t got = 0;
        while (got < bytes.size()) {
            const auto count = ::pread(file_, bytes.data() + got, bytes.size() - got, static_cast<off_t>(offset + got));
            if (count < 0 && errno == EINTR) continue;
            if (count < 0)
                return make_error(Errc::unavailable, "cannot read the file: " + std::string(std::strerror(errno)));
            if (count == 0) return make_error(Errc::unavailable, "the file became shorter while it was sent");
            got += static_cast<std::size_t>(count);
        }
        return bytes;
    }

    const int file_;
    const std::uint64_t size_;
    WorkerPool& workers_;
};

}  // namespace

Result<std::shared_ptr<ByteSource>> open_file(const Store& store, std::string_view reference, WorkerPool& workers) {
    // Any type: it is not looked at.
    const auto found = store.find(reference, "application/octet-stream");
    if (!found) return found.error();
    const int file = ::open(store.path(reference).c_str(), O_RDONLY | O_CLOEXEC);
    if (file < 0) return cannot_read(errno);
    return std::shared_ptr<ByteSource>(std::make_shared<OpenFile>(file, found->size, workers));
}

}  // namespace parley::media
