#include "media/open_file.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

namespace parley::media {
namespace {

constexpr std::size_t head_size = 64;

// [blocks]
Result<std::string> read_at(int file, std::uint64_t offset, std::size_t count) {
    std::string bytes(count, '\0');
    std::size_t got = 0;
    while (got < bytes.size()) {
        const auto more = ::pread(file, bytes.data() + got, bytes.size() - got, static_cast<off_t>(offset + got));
        if (more < 0 && errno == EINTR) continue;
        if (more < 0)
            return make_error(Errc::unavailable, "cannot read the file: " + std::string(std::strerror(errno)));
        if (more == 0) return make_error(Errc::unavailable, "the file became shorter while it was sent");
        got += static_cast<std::size_t>(more);
    }
    return bytes;
}

class OpenFile final : public ByteSource, public std::enable_shared_from_this<OpenFile> {
public:
    // Takes the file over.
    OpenFile(int file, std::uint64_t size, WorkerPool& workers) : file_(file), size_(size), workers_(workers) {}
    ~OpenFile() override { ::close(file_); }
    OpenFile(const OpenFile&) = delete;
    OpenFile& operator=(const OpenFile&) = delete;

    // [blocks] Before it is handed out.
    Result<void> read_head() {
        auto bytes = read_at(file_, 0, std::min<std::uint64_t>(head_size, size_));
        if (!bytes) return bytes.error();
        head_ = std::move(*bytes);
        return {};
    }

    std::uint64_t size() const override { return size_; }
    std::string_view head() const override { return head_; }

    void read(std::uint64_t offset, std::size_t most, UniqueFunction<void(Result<std::string>)> done) override {
        auto told = std::make_shared<UniqueFunction<void(Result<std::string>)>>(std::move(done));
        const bool taken = workers_.submit([self = shared_from_this(), offset, most, told] {
            (*told)(read_at(self->file_, offset, std::min<std::uint64_t>(most, self->size_ - offset)));
        });
        if (!taken) (*told)(make_error(Errc::overloaded, "too many files wait to be read"));
    }

private:
    const int file_;
    const std::uint64_t size_;
    WorkerPool& workers_;
    std::string head_;
};

}  // namespace

Result<std::shared_ptr<ByteSource>> open_file(const Store& store, std::string_view reference, WorkerPool& workers) {
    // Any type: it is not looked at.
    const auto found = store.find(reference, "application/octet-stream");
    if (!found) return found.error();
    const int file = ::open(store.path(reference).c_str(), O_RDONLY | O_CLOEXEC);
    if (file < 0) return cannot_read(errno);
    const auto opened = std::make_shared<OpenFile>(file, found->size, workers);
    if (const auto ready = opened->read_head(); !ready) return ready.error();
    return std::shared_ptr<ByteSource>(opened);
}

}  // namespace parley::media
