// Fetches the files of incoming messages in the background: queued with the message, streamed into the store, tried
// again while the provider may still have it, given up with a reason. A handler that wants a file waits for the
// download that is under way. The table media_downloads is the truth; memory holds its head. [I/O thread] unless said
// otherwise.
#pragma once

#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <random>
#include <set>

#include "channels/channel.hpp"
#include "core/executor.hpp"
#include "core/log.hpp"
#include "core/metrics.hpp"
#include "core/worker_pool.hpp"
#include "db/store/media_downloads.hpp"
#include "media/store.hpp"

namespace parley::pipeline {

struct DownloadOptions {
    std::uint64_t most_bytes = 100u << 20;
    unsigned at_once = 8;
    std::size_t in_memory = 1'000;
    std::chrono::milliseconds first_wait{1'000};  // doubled with each attempt, up to an hour
};

// The most that WhatsApp carries of a kind (bytes), or `most` when that is less.
std::uint64_t largest_file(MediaKind kind, std::uint64_t most);

class Downloads {
public:
    using ChannelOf = std::function<std::shared_ptr<channels::Channel>(AccountId)>;

    Downloads(DownloadOptions options, Executor& executor, db::Pool& pool, WorkerPool& workers,
              const media::Store& store, ChannelOf channel_of, Metrics& metrics, Logger log);
    ~Downloads();

    // A message with a file is committed, and its row in media_downloads with it.
    void add(const Inbound& message);
    // Reads the table: at start, and for what had no room. Goes on by itself from there.
    void look();

    // [any thread but the I/O thread and the database's] The stored file of a message: waits for its download, starting
    // it when nobody has. Errc::timeout at the deadline, not_found when it was given up or removed.
    Result<Media> wait(const Inbound& message, std::chrono::steady_clock::time_point deadline);

    // The same without a thread: `done` is called once, on the I/O thread, not from inside the call. Whether the file
    // is still on disk is found out by who reads it.
    void when_stored(const Inbound& message, std::chrono::steady_clock::time_point deadline,
                     UniqueFunction<void(Result<Media>)> done);

    std::size_t running() const { return running_; }

private:
    struct Entry;
    struct Waiting;
    using Found = std::map<MessageId, std::unique_ptr<Entry>>::iterator;

    Found insert(const Inbound& message, int attempts);
    void pump();
    void start(Entry& entry);
    void fetched(MessageId id, Result<Media> result);
    void stored(Entry& entry, const Media& media);
    void failed(Entry& entry, const Error& error);
    void retry(Entry& entry, const Error& error);
    void give_up(Entry& entry, const Error& error);
    void tell(Entry& entry, Result<Media> outcome);
    void record(MessageId id, std::function<void(pqxx::work&)> write);
    void read(const std::vector<db::Download>& due, std::size_t limit);
    void look_after(std::chrono::milliseconds delay);
    void listen(const Inbound& message, const std::shared_ptr<Waiting>& waiting);
    Result<Media> look_up(const Inbound& message, const std::shared_ptr<Waiting>& waiting);

    const DownloadOptions options_;
    Executor& executor_;
    db::Pool& pool_;
    WorkerPool& workers_;
    const media::Store& store_;
    ChannelOf channel_of_;
    Logger log_;
    std::map<MessageId, std::unique_ptr<Entry>> entries_;
    std::deque<MessageId> ready_;  // to be started
    std::size_t running_ = 0;
    bool more_in_table_ = false;
    bool looking_ = false;
    std::set<MessageId> settled_;  // since the table is being read: what is read may still name them
    Executor::TimerId look_timer_ = 0;
    SteadyTime look_at_ = SteadyTime::max();
    std::mt19937 random_{std::random_device{}()};
    Metrics::Counter stored_, bytes_, failed_, retried_;
};

}  // namespace parley::pipeline
