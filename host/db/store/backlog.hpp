// What waits to be written, and whether the database is there to write it. Shared by the journal's callers and its
// writers; internal to the journal.
//
// A commit costs much the same however little it carries, so operations gather while one is on its way, and for a
// millisecond from one to the next. A second writer joins in when a whole batch waits, or when the first takes
// strangely long (somebody's lock, a slow disk).
//
// Delivery reports wait in a line of their own: they may come by the thousand, and nobody waits for them as people wait
// for replies. They get the room that a batch has left, at least a quarter of it, and one writer at a time.
#pragma once

#include <chrono>
#include <condition_variable>
#include <deque>
#include <functional>
#include <mutex>

#include "core/executor.hpp"
#include "db/store/batch.hpp"

namespace parley::db {

class Backlog {
public:
    Backlog(const JournalOptions& options, Executor& executor) : options_(options), executor_(executor) {}

    // [any thread] What may be refused is, when the database is away or too much waits.
    void push(Operation operation);

    // [writer] Waits for work; takes at most a batch of it. Empty: nothing came for a while, or it is over. What was
    // taken counts as being written until written() says that its writing is over, well or not.
    Batch take();
    void written(std::size_t operations, bool reports);
    static bool has_reports(const Batch& batch);  // as taken: they are its end
    // The database is away: callers that can come back are told so, the rest goes to the front again, in order.
    void put_back(Batch batch, const Error& error);

    // [any thread] The completions run on the I/O thread.
    void post_answer(Batch batch, BatchResult result);
    void post_refusal(Batch batch, Error error);

    void set_healthy(bool now);
    // The database is there, and answers within seconds.
    bool healthy() const;
    Journal::Stats stats() const;

    // Nothing new comes. It is over when all that waits is being written.
    void stop();
    bool over() const;
    // [writer] Waits before the next attempt to reach the database. False: it was stopped meanwhile.
    bool pause(std::chrono::milliseconds time);

    std::function<void(bool)> health_changed;  // on the I/O thread

private:
    using Clock = std::chrono::steady_clock;

    Clock::time_point next_flush() const;
    bool stalled(Clock::time_point now) const;
    bool worth_a_flush(Clock::time_point now) const;
    std::size_t waiting() const { return waiting_.size() + reports_.size(); }
    std::size_t ready_soon() const;
    static void take_from(std::deque<Operation>& line, std::size_t count, Batch& batch);

    const JournalOptions options_;
    Executor& executor_;

    mutable std::mutex mutex_;
    std::condition_variable wake_;
    std::deque<Operation> waiting_, reports_;
    std::size_t writing_ = 0;        // operations
    bool writing_reports_ = false;   // are there reports among them
    std::size_t flushes_ = 0;        // batches under way
    Clock::time_point flush_began_;  // the latest
    std::uint64_t commits_ = 0, operations_ = 0;
    bool healthy_ = true;
    bool stopping_ = false;
};

}  // namespace parley::db
