// Where generations go that serve no more: waits for their calls, stops and destroys them, unloads the library and
// checks that it is gone. Runtime thread.
#pragma once

#include <chrono>
#include <memory>
#include <optional>
#include <vector>

#include "core/log.hpp"
#include "plugins/generation.hpp"
#include "plugins/mailbox.hpp"

namespace parley::plugins {

class Retirement {
public:
    using Time = std::chrono::steady_clock::time_point;

    // Of one plugin id, so many may stay mapped (some 34 KB each) before it is not reloaded any more.
    static constexpr unsigned pinned_budget = 32;

    Retirement(const RuntimeOptions& options, std::shared_ptr<Mailbox> mailbox, Logger log);
    ~Retirement();  // what cannot be freed is kept until the process ends

    // Takes a generation that no reader can find any more, at whatever stage of its life.
    void add(std::shared_ptr<Generation> generation);
    // A hook of it has not returned. It is kept, untouched; whoever sees the hook return may add() it.
    void abandon(std::shared_ptr<Generation> generation, const char* hook);

    // Does what can be done now.
    void step(Time now);
    // When to look again without being woken; empty: nothing is waited for.
    std::optional<Time> next(Time now) const;
    bool waits_for_calls() const { return !waiting_.empty(); }

private:
    struct Waiting {
        std::shared_ptr<Generation> generation;
        Time since;
        bool counted = false;   // in PluginStats::draining
        bool reported = false;  // as overdue
    };

    bool finish(Waiting& waiting, Time now);  // true: done with it
    bool run_hooks(const std::shared_ptr<Generation>& generation);
    void close(const std::shared_ptr<Generation>& generation);
    void closed(const std::shared_ptr<Generation>& generation, bool gone);
    void release_unpinned();

    const RuntimeOptions& options_;
    std::shared_ptr<Mailbox> mailbox_;
    Logger log_;
    std::vector<Waiting> waiting_;
    std::vector<std::shared_ptr<Generation>> pinned_, abandoned_;
};

}  // namespace parley::plugins
