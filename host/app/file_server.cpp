#include "app/file_server.hpp"

#include <algorithm>
#include <charconv>
#include <optional>

#include "core/byte_source.hpp"
#include "media/open_file.hpp"

namespace parley::app {
namespace {

using net::Response;

constexpr unsigned most_at_once = 256;  // files that are open, with a piece in memory each

struct Range {
    std::uint64_t first = 0, last = 0;
};

// "bytes=0-99", "bytes=100-", "bytes=-100" of a file that is not empty; anything else means the whole file, as RFC 9110
// allows. A range behind the end is first > last.
std::optional<Range> read_range(std::string_view text, std::uint64_t size) {
    if (!text.starts_with("bytes=") || size == 0) return std::nullopt;
    text.remove_prefix(6);
    const auto dash = text.find('-');
    if (dash == std::string_view::npos) return std::nullopt;
    const auto number = [](std::string_view digits) -> std::optional<std::uint64_t> {
        std::uint64_t value = 0;
        const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), value);
        if (digits.empty() || error != std::errc() || end != digits.data() + digits.size()) return std::nullopt;
        return value;
    };
    const auto from = text.substr(0, dash), to = text.substr(dash + 1);
    const auto first = number(from), last = number(to);
    if ((!from.empty() && !first) || (!to.empty() && !last) || (!first && !last)) return std::nullopt;
    if (!first) return Range{size - std::min(*last, size), *last == 0 ? 0 : size - 1};
    if (last && *last < *first) return std::nullopt;
    return Range{*first, last ? std::min(*last, size - 1) : size - 1};
}

bool is_shown(std::string_view mime) {
    const bool is_media = mime.starts_with("image/") || mime.starts_with("audio/") || mime.starts_with("video/");
    return is_media && mime.find("svg") == std::string_view::npos;
}

// A part of an open file. Counts as open as long as it is there.
class FilePart final : public ByteSource {
public:
    FilePart(std::shared_ptr<ByteSource> file, Range range, std::shared_ptr<std::atomic<unsigned>> open)
        : file_(std::move(file)), range_(range), open_(std::move(open)) {
        ++*open_;
    }
    ~FilePart() override { --*open_; }
    FilePart(const FilePart&) = delete;
    FilePart& operator=(const FilePart&) = delete;

    std::uint64_t size() const override { return range_.last - range_.first + 1; }
    void read(std::uint64_t offset, std::size_t most, UniqueFunction<void(Result<std::string>)> done) override {
        file_->read(range_.first + offset, static_cast<std::size_t>(std::min<std::uint64_t>(most, size() - offset)),
                    std::move(done));
    }

private:
    std::shared_ptr<ByteSource> file_;
    Range range_;
    std::shared_ptr<std::atomic<unsigned>> open_;
};

Response come_again(const net::ErrorShape& errors) {
    auto response = errors(503, "overloaded", "too many files are fetched at once");
    response.headers.set("Retry-After", "2");
    return response;
}

}  // namespace

void FileServer::answer(Wish wish, net::Responder respond) {
    auto shared = std::make_shared<net::Responder>(std::move(respond));
    const auto& errors = *wish.errors;
    if (*open_ >= most_at_once) return (*shared)(come_again(errors));
    const bool taken = workers_.submit([this, shared, wish = std::move(wish)] { (*shared)(answer_to(wish)); });
    if (!taken) (*shared)(come_again(errors));
}

// [worker thread] What a browser could run is only offered for download.
Response FileServer::answer_to(const Wish& wish) {
    const auto& errors = *wish.errors;
    const auto media = store_.find(wish.reference, "");
    auto file = media::open_file(store_, wish.reference, workers_);
    if (!media || !file) {
        const auto& why = media ? file.error() : media.error();
        if (why.code == Errc::unavailable) return errors(503, "unavailable", why.message);
        return errors(wish.status_when_gone, wish.status_when_gone == 410 ? "gone" : "not_found", why.message);
    }
    const auto size = (*file)->size();
    const auto range = read_range(wish.range, size);
    if (range && range->first > range->last) {
        auto refused = errors(416, "invalid", "that part is not there");
        refused.headers.set("Content-Range", "bytes */" + std::to_string(size));
        return refused;
    }
    Response response;
    response.headers.set("Content-Type", media->mime);
    response.headers.set("X-Content-Type-Options", "nosniff");
    response.headers.set("Content-Disposition", wish.may_be_shown && is_shown(media->mime) ? "inline" : "attachment");
    response.headers.set("Content-Security-Policy", "sandbox; default-src 'none'");
    response.headers.set("Cache-Control", "private, max-age=3600");
    response.headers.set("Accept-Ranges", "bytes");
    if (range) {
        response.status = 206;
        response.headers.set("Content-Range", "bytes " + std::to_string(range->first) + "-" +
                                                  std::to_string(range->last) + "/" + std::to_string(size));
    }
    if (size > 0)
        response.source = std::make_shared<FilePart>(std::move(*file), range.value_or(Range{0, size - 1}), open_);
    return response;
}

}  // namespace parley::app
