// GET /media/{token}: stored files for providers that fetch what they shall deliver (Twilio). Nothing can be listed or
// guessed, and what a browser could run is only offered for download.
#include <algorithm>
#include <atomic>
#include <charconv>
#include <memory>
#include <optional>

#include "app/application.hpp"
#include "app/routes.hpp"

namespace parley::app {
namespace {

using net::Response;

constexpr unsigned most_at_once = 4;           // files in memory
constexpr std::uint64_t largest = 100u << 20;  // that is linked to

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

bool may_be_shown(std::string_view mime) {
    const bool is_media = mime.starts_with("image/") || mime.starts_with("audio/") || mime.starts_with("video/");
    return is_media && mime.find("svg") == std::string_view::npos;
}

void describe(Response& response, const std::string& mime) {
    response.headers.set("Content-Type", mime);
    response.headers.set("X-Content-Type-Options", "nosniff");
    response.headers.set("Content-Disposition", may_be_shown(mime) ? "inline" : "attachment");
    response.headers.set("Content-Security-Policy", "sandbox; default-src 'none'");
    response.headers.set("Cache-Control", "private, max-age=3600");
    response.headers.set("Accept-Ranges", "bytes");
}

Response answer(const media::Store& store, const std::string& reference, const std::string& wanted) {
    const auto media = store.find(reference, "");
    if (!media) return Response::problem(410, "gone", media.error().message);
    if (media->size > largest) return Response::problem(413, "too_large", "the file is too large for a link");
    const auto range = read_range(wanted, media->size);
    if (range && range->first > range->last) {
        auto refused = Response::problem(416, "invalid", "that part is not there");
        refused.headers.set("Content-Range", "bytes */" + std::to_string(media->size));
        return refused;
    }
    auto bytes = range ? store.read(reference, range->first, range->last - range->first + 1) : store.read(reference);
    if (!bytes) return Response::problem(410, "gone", bytes.error().message);
    Response response;
    response.status = range ? 206 : 200;
    describe(response, media->mime);
    if (range)
        response.headers.set("Content-Range", "bytes " + std::to_string(range->first) + "-" +
                                                  std::to_string(range->last) + "/" + std::to_string(media->size));
    response.body = std::move(*bytes);
    return response;
}

}  // namespace

void add_media_routes(net::Router& router, Application& app) {
    auto at_once = std::make_shared<std::atomic<unsigned>>(0);
    router.add("GET", "/media/{token}", [&app, at_once](net::Request request, net::Responder respond) {
        const auto reference = app.files().links().open(request.path_value("token"), unix_now());
        if (!reference) return respond(Response::problem(404, "not_found", reference.error().message));
        if (at_once->load() >= most_at_once) return respond(come_again("too many files are fetched at once"));
        ++*at_once;
        auto shared = std::make_shared<net::Responder>(std::move(respond));
        const std::string wanted(request.headers.get("Range"));
        const bool taken = app.workers().submit([&app, at_once, shared, reference = *reference, wanted] {
            auto response = answer(app.media(), reference, wanted);
            (*shared)(std::move(response));
            --*at_once;
        });
        if (taken) return;
        --*at_once;
        (*shared)(come_again("too many files are fetched at once"));
    });
}

}  // namespace parley::app
