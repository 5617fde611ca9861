#include "app/files.hpp"

#include "core/ids.hpp"

namespace parley::app {
namespace {

constexpr UnixMillis link_lives = 12LL * 3600 * 1000;

pipeline::DownloadOptions options_of(const config::MediaConfig& config) {
    pipeline::DownloadOptions options;
    options.most_bytes = static_cast<std::uint64_t>(config.max_mb) << 20;
    return options;
}

}  // namespace

Files::Files(Parts parts, pipeline::Downloads::ChannelOf channel_of)
    : parts_(std::move(parts)),
      links_(parts_.vault.derive("media links")),
      server_(parts_.store, parts_.workers),
      downloads_(options_of(parts_.config.media), parts_.loop, parts_.pool, parts_.workers, parts_.store,
                 std::move(channel_of), parts_.metrics, parts_.log),
      voice_(parts_.store, media::find_ffmpeg(), parts_.log),
      pictures_(parts_.store, media::find_ffmpeg()),
      documents_(parts_.store, parts_.program),
      removed_(parts_.metrics.counter("parley_media_removed_total", "Stored files removed for age or room")) {}

void Files::open() {
    downloads_.look();
    sweep();
}

Result<std::string> Files::public_link(const std::string& stored) const {
    std::string url = parts_.settings.address("public_url");
    if (url.empty())
        return make_error(Errc::invalid,
                          "the provider fetches files from this host: set PUBLIC_URL to its address on the internet");
    while (url.ends_with('/')) url.pop_back();
    return url + "/media/" + links_.make(stored, unix_now() + link_lives);
}

void Files::convert(gpt::Audio recording, UniqueFunction<void(Result<gpt::Audio>)> done) {
    voice_.make(std::move(recording.bytes), std::move(recording.mime),
                [done = std::move(done)](Result<std::string> made) mutable {
                    if (!made) return done(made.error());
                    done(gpt::Audio{"audio/ogg", std::move(*made)});
                });
}

// What is still needed is read from the database first; without it nothing is removed.
void Files::sweep() {
    auto needed = std::make_shared<std::set<std::string, std::less<>>>();
    parts_.pool.run_async(
        parts_.loop,
        [needed](pqxx::work& tx) {
            *needed = db::read_needed_files(tx);
            db::forget_old_downloads(tx);
        },
        [this, needed](const Result<void>& read) {
            parts_.loop.after(std::chrono::hours(1), [this] { sweep(); });
            if (!read) return parts_.log.warn("media.not_swept", {{"why", read.error().message}});
            const auto& config = parts_.config.media;
            const media::StoreLimits limits{static_cast<std::uint64_t>(config.quota_mb) << 20,
                                            static_cast<int>(config.retention_days)};
            const bool taken = parts_.workers.submit([this, needed, limits] {
                const auto result = parts_.store.sweep(limits, *needed);
                parts_.loop.post([this, result] { swept(result); });
            });
            if (!taken) parts_.log.warn("media.not_swept", {{"why", "too much waits for the workers"}});
        },
        db::Rerun::safe);
}

void Files::swept(const media::Store::Sweep& result) {
    state_ = result;
    removed_.add(static_cast<double>(result.removed));
    if (result.removed > 0)
        parts_.log.info("media.swept", {{"removed", result.removed}, {"files", result.files}, {"bytes", result.bytes}});
}

}  // namespace parley::app
