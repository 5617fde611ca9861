#include "extract/extractor.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <future>
#include <memory>

#include "extract/reply.hpp"
#include "media/child.hpp"

namespace parley::extract {
namespace {

// Marks take room besides the text, and tell what is cut off.
constexpr std::size_t most_printed = most_text + 64 * 1024;

class OpenFile {
public:
    explicit OpenFile(const std::string& path) : file_(open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW)) {}
    ~OpenFile() {
        if (file_ >= 0) close(file_);
    }
    OpenFile(const OpenFile&) = delete;
    OpenFile& operator=(const OpenFile&) = delete;
    int get() const { return file_; }

private:
    int file_;
};

std::uint64_t memory_limit(std::uint64_t bytes) {
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
    return 0 * bytes;  // sanitizers take terabytes of addresses
#else
    return bytes;
#endif
}

Error waits_too_long() {
    return make_error(Errc::timeout, "the file could not be read in time");
}

}  // namespace

Extractor::Extractor(const media::Store& store, std::string program, Limits limits)
    : store_(store), program_(std::move(program)), limits_(limits) {}

void Extractor::read(std::string reference, UniqueFunction<void(Result<Document>)> done) {
    auto shared = std::make_shared<UniqueFunction<void(Result<Document>)>>(std::move(done));
    const bool taken = workers_.submit(
        [this, reference = std::move(reference), shared] { (*shared)(read_in_child(reference, SteadyTime::max())); });
    if (!taken) (*shared)(make_error(Errc::overloaded, "too many documents wait to be read: try again in a minute"));
}

Result<Document> Extractor::read_now(std::string reference, SteadyTime deadline) {
    auto answer = std::make_shared<std::promise<Result<Document>>>();
    auto future = answer->get_future();
    // The one who waits may be gone before its turn comes.
    const bool taken = workers_.submit([this, reference = std::move(reference), deadline, answer] {
        answer->set_value(read_in_child(reference, deadline));
    });
    if (!taken) return make_error(Errc::overloaded, "too many documents wait to be read: try again in a minute");
    if (future.wait_until(deadline) != std::future_status::ready) return waits_too_long();
    return future.get();
}

Result<Document> Extractor::read_in_child(const std::string& reference, SteadyTime deadline) {
    const auto left = std::chrono::floor<std::chrono::seconds>(deadline - std::chrono::steady_clock::now());
    if (stopping_) return make_error(Errc::gone, "the host is shutting down");
    if (left.count() < 1) return waits_too_long();
    const auto media = store_.find(reference, {});
    if (!media) return media.error();
    if (media->size > largest_document)
        return make_error(Errc::too_large, "the file is too large to be read: " +
                                               std::to_string(largest_document >> 20) + " MB at most");
    const OpenFile file(store_.path(reference));
    if (file.get() < 0) return make_error(Errc::not_found, "the file is not there any more");

    media::ChildLimits limits;
    limits.time = std::min(limits_.time, left);
    limits.memory = memory_limit(limits_.memory);
    limits.output = most_printed + 64 * 1024;
    limits.input = file.get();
    limits.stop = &stopping_;
    std::string printed;
    bool cut = false;
    const auto take = [&](std::string_view bytes) -> Result<void> {
        printed.append(bytes.substr(0, most_printed - printed.size()));
        cut = printed.size() == most_printed;
        return cut ? Result<void>(make_error(Errc::gone, "that is enough")) : Result<void>();
    };
    const auto ran = media::run_child({program_, "extract-text"}, limits, take);
    if (!ran && !cut) return explain_failure(ran.error());
    return read_reply(printed, cut);
}

}  // namespace parley::extract
