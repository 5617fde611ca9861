// The elastic pool of ordinary threads on which plugin code runs. A handler is plain sequential code that may block.
//
// A few threads while handlers do not block; when they wait (a BlockingSection, or a queue that does not move for some
// milliseconds) more threads are added up to a limit; idle ones go away. Past its deadline a job is told so once, its
// thread is written off and replaced; when it does return, it leaves.
#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <vector>

#include "core/executor.hpp"
#include "core/log.hpp"
#include "core/unique_function.hpp"

namespace parley::plugins {

struct HandlerPoolOptions {
    unsigned min_threads = 2;
    unsigned max_threads = 10'000;           // written-off threads count
    std::size_t stack_bytes = 256 * 1024;    // virtual; touched pages only cost memory
    std::chrono::milliseconds stall{5};      // queue head waits so long: add a thread
    std::chrono::milliseconds idle{10'000};  // a spare thread waits so long: it ends
};

class HandlerPool {
public:
    HandlerPool(HandlerPoolOptions options, Logger log);
    ~HandlerPool();  // waits for running jobs that are not written off

    struct Job {
        UniqueFunction<void()> run;          // [handler thread] must not throw
        std::chrono::milliseconds limit{0};  // allowed running time; deadline is set from it when the job starts
        UniqueFunction<void()>
            overdue;  // [watchdog thread] called once when the limit is over and run() has not returned
    };

    // [any thread] Jobs start in order. Never refuses: callers bound their own backlog. Several at once cost one
    // wake-up.
    void submit(Job job);
    void submit(std::vector<Job> jobs);

    // Marks the calling handler thread as waiting, so that another may take its place. Nestable; a no-op elsewhere.
    class BlockingSection {
    public:
        BlockingSection();
        ~BlockingSection();
        BlockingSection(const BlockingSection&) = delete;
        BlockingSection& operator=(const BlockingSection&) = delete;
    };

    struct Stats {
        unsigned threads, waiting, written_off;
        std::size_t queued;
    };
    Stats stats() const;

    // No new threads for blocked ones any more; waits until running jobs end or `deadline` passes. True: all ended.
    bool drain(std::chrono::milliseconds deadline);

private:
    struct Impl;
    std::unique_ptr<Impl> impl_;
};

}  // namespace parley::plugins
