#include "pipeline/downloads.hpp"

#include <algorithm>
#include <utility>

#include "core/ids.hpp"
#include "pipeline/download_entry.hpp"
#include "pipeline/file_sink.hpp"

namespace parley::pipeline {
namespace {

using std::chrono::milliseconds;

// Meta keeps a file for seven days, the others longer.
constexpr UnixMillis asked_for = 6LL * 24 * 3600 * 1000;
// A gateway may announce a file before it has written it; after so many attempts it is believed to have none.
constexpr int attempts_to_find = 5;
constexpr milliseconds longest_wait = std::chrono::hours(1);
constexpr milliseconds look_again = std::chrono::minutes(10);  // for rows that came while the database was away
constexpr milliseconds after_fault = std::chrono::seconds(5);

bool is_final(const Error& error, const Inbound& message, int attempts) {
    if (unix_now() - message.timestamp > asked_for) return true;
    switch (error.code) {
        case Errc::too_large:
        case Errc::denied:
        case Errc::invalid:
        case Errc::unsupported:
            return true;
        case Errc::not_found:
            return attempts >= attempts_to_find;
        default:
            return false;
    }
}

}  // namespace

std::uint64_t largest_file(MediaKind kind, std::uint64_t most) {
    constexpr std::uint64_t mib = 1u << 20;
    switch (kind) {
        case MediaKind::image:
        case MediaKind::sticker:
            return std::min(most, 5 * mib);
        case MediaKind::audio:
        case MediaKind::video:
            return std::min(most, 16 * mib);
        case MediaKind::document:
        case MediaKind::none:
            break;
    }
    return std::min(most, 100 * mib);
}

Downloads::Downloads(DownloadOptions options, Executor& executor, db::Pool& pool, WorkerPool& workers,
                     const media::Store& store, ChannelOf channel_of, Metrics& metrics, Logger log)
    : options_(options),
      executor_(executor),
      pool_(pool),
      workers_(workers),
      store_(store),
      channel_of_(std::move(channel_of)),
      log_(std::move(log)),
      stored_(metrics.counter("parley_media_downloads_total", "Files of incoming messages that were fetched")),
      bytes_(metrics.counter("parley_media_downloaded_bytes_total", "Bytes of them")),
      failed_(metrics.counter("parley_media_downloads_failed_total", "Files that were given up")),
      retried_(metrics.counter("parley_media_downloads_retried_total", "Attempts to fetch that are made again")) {}

Downloads::~Downloads() = default;

Downloads::Found Downloads::insert(const Inbound& message, int attempts) {
    auto entry = std::make_unique<Entry>();
    entry->message = message;
    entry->attempts = attempts;
    ready_.push_back(message.id);
    return entries_.emplace(message.id, std::move(entry)).first;
}

void Downloads::add(const Inbound& message) {
    if (entries_.count(message.id) != 0) return;
    if (entries_.size() >= options_.in_memory) {
        more_in_table_ = true;
        return;
    }
    insert(message, 0);
    pump();
}

void Downloads::pump() {
    while (running_ < options_.at_once && !ready_.empty()) {
        const auto found = entries_.find(ready_.front());
        ready_.pop_front();
        if (found != entries_.end() && !found->second->running && !found->second->outcome) start(*found->second);
    }
    if (ready_.empty() && more_in_table_) look();
}

void Downloads::start(Entry& entry) {
    entry.running = true;
    executor_.cancel(std::exchange(entry.timer, 0));
    ++running_;
    const MessageId id = entry.message.id;
    const auto channel = channel_of_(entry.message.account);
    if (!channel) {
        executor_.post([this, id] {
            fetched(id, make_error(Errc::unavailable, "the account it came through is not configured any more"));
        });
        return;
    }
    const auto limit = largest_file(entry.message.media->kind, options_.most_bytes);
    auto sink = std::make_shared<FileSink>(store_, workers_);
    // The channel may be replaced meanwhile, and may answer before fetch() returns.
    auto arrived = [this, id, channel, sink, mime = entry.message.media->mime](Result<channels::Fetched> file) {
        if (!file) {
            sink->abandon();
            executor_.post([this, id, why = file.error()] { fetched(id, why); });
            return;
        }
        sink->finish(mime, file->sha256, [this, id](Result<Media> media) {
            executor_.post([this, id, media = std::move(media)] { fetched(id, media); });
        });
    };
    channel->fetch(entry.message, limit, sink, std::move(arrived));
}

void Downloads::fetched(MessageId id, Result<Media> result) {
    --running_;
    auto& entry = *entries_.at(id);
    entry.running = false;
    ++entry.attempts;
    if (result) {
        stored(entry, *result);
    } else {
        failed(entry, result.error());
    }
    pump();
}

void Downloads::stored(Entry& entry, const Media& file) {
    Media media = *entry.message.media;
    media.stored = file.stored;
    media.size = file.size;
    media.mime = file.mime;
    if (media.kind == MediaKind::none) media.kind = file.kind;
    stored_.add();
    bytes_.add(static_cast<double>(media.size));
    log_.debug("media.stored", {{"trace", entry.message.trace}, {"mime", media.mime}, {"bytes", media.size}});
    tell(entry, media);
    record(entry.message.id, [id = entry.message.id, media](pqxx::work& tx) { db::finish_download(tx, id, media); });
}

void Downloads::failed(Entry& entry, const Error& error) {
    if (is_final(error, entry.message, entry.attempts)) {
        give_up(entry, error);
    } else {
        retry(entry, error);
    }
}

void Downloads::give_up(Entry& entry, const Error& error) {
    failed_.add();
    log_.warn("media.given_up", {{"trace", entry.message.trace}, {"attempts", entry.attempts}, {"why", error.message}});
    tell(entry, error);
    record(entry.message.id,
           [id = entry.message.id, why = error.message](pqxx::work& tx) { db::give_up_download(tx, id, why); });
}

void Downloads::retry(Entry& entry, const Error& error) {
    retried_.add();
    const auto doubled = options_.first_wait * (1LL << std::min(entry.attempts - 1, 20));
    const auto wait =
        std::min<milliseconds>(doubled, longest_wait) * std::uniform_int_distribution(80, 120)(random_) / 100;
    const MessageId id = entry.message.id;
    log_.info("media.retry", {{"trace", entry.message.trace}, {"attempts", entry.attempts}, {"why", error.message}});
    pool_.run_async(
        executor_,
        [id, attempts = entry.attempts, wait, why = error.message](pqxx::work& tx) {
            db::postpone_download(tx, id, attempts, wait.count(), why);
        },
        [this](const Result<void>& written) {
            if (!written) log_.warn("media.not_recorded", {{"why", written.error().message}});
        },
        db::Rerun::safe);
    // Where many wait, the table remembers; where somebody waits, memory does.
    if (entry.waiting.empty() && entries_.size() > options_.in_memory / 2) {
        entries_.erase(id);
        look_after(wait);
        return;
    }
    entry.timer = executor_.after(wait, [this, id] {
        if (const auto found = entries_.find(id); found != entries_.end()) found->second->timer = 0;
        ready_.push_back(id);
        pump();
    });
}

void Downloads::tell(Entry& entry, Result<Media> outcome) {
    for (const auto& waiting : entry.waiting) waiting->tell(outcome);
    entry.waiting.clear();
    entry.outcome = std::move(outcome);
}

// Until this is committed the entry answers for the table. When it cannot be, the row stays and the file comes once
// more.
void Downloads::record(MessageId id, std::function<void(pqxx::work&)> write) {
    pool_.run_async(
        executor_, std::move(write),
        [this, id](const Result<void>& written) {
            entries_.erase(id);
            if (written && looking_) settled_.insert(id);
            if (!written) {
                log_.warn("media.not_recorded", {{"why", written.error().message}});
                look_after(after_fault);
            }
            if (ready_.empty() && more_in_table_) look();
        },
        db::Rerun::safe);
}

void Downloads::look() {
    if (looking_) return;
    looking_ = true;
    more_in_table_ = false;
    executor_.cancel(std::exchange(look_timer_, 0));
    look_at_ = SteadyTime::max();
    struct Rows {
        std::vector<db::Download> due;
        std::optional<std::int64_t> next_ms;
    };
    // What is in memory is among the rows.
    const std::size_t limit = entries_.size() + options_.in_memory / 4;
    auto rows = std::make_shared<Rows>();
    pool_.run_async(
        executor_,
        [rows, limit](pqxx::work& tx) {
            rows->due = db::read_due_downloads(tx, limit);
            rows->next_ms = db::next_download(tx);
        },
        [this, rows, limit](const Result<void>& ok) {
            looking_ = false;
            const auto settled = std::exchange(settled_, {});
            if (!ok) return look_after(after_fault);
            look_after(rows->next_ms ? std::min(milliseconds(*rows->next_ms), look_again) : look_again);
            std::erase_if(rows->due, [&](const db::Download& due) { return settled.count(due.message.id) != 0; });
            read(rows->due, limit);
        },
        db::Rerun::safe);
}

void Downloads::read(const std::vector<db::Download>& due, std::size_t limit) {
    bool fresh = false;
    for (const auto& download : due) {
        if (!download.message.media || entries_.count(download.message.id) != 0) continue;
        if (entries_.size() >= options_.in_memory) break;
        insert(download.message, download.attempts);
        fresh = true;
    }
    if (fresh && due.size() >= limit) more_in_table_ = true;
    if (fresh) pump();
}

void Downloads::look_after(milliseconds delay) {
    const auto at = std::chrono::steady_clock::now() + delay;
    if (look_at_ <= at) return;
    executor_.cancel(look_timer_);
    look_at_ = at;
    look_timer_ = executor_.after(delay, [this] {
        look_timer_ = 0;
        look();
    });
}

}  // namespace parley::pipeline
