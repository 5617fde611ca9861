// One loaded copy of a plugin file: its library, its hooks, its commands, and how many calls are inside.
//
// The runtime's thread leads it through its life (lifecycle.hpp); hooks before and after serving run on a thread of
// their own with a deadline; while it serves, handler threads hold Leases.
#pragma once

#include <atomic>
#include <chrono>
#include <memory>
#include <string>
#include <vector>

#include "core/log.hpp"
#include "plugins/bell.hpp"
#include "plugins/host_table.hpp"
#include "plugins/library.hpp"
#include "plugins/lifecycle.hpp"
#include "plugins/quarantine.hpp"
#include "plugins/runtime.hpp"
#include "plugins/sealed_file.hpp"
#include "plugins/serial_slot.hpp"
#include "plugins/striped_count.hpp"

namespace parley::plugins {

// What is counted for a plugin id over all its generations.
struct PluginStats {
    std::atomic<std::uint64_t> calls{0}, failures{0}, overdue{0};
    std::atomic<std::int64_t> busy_ns{0};
    std::atomic<unsigned> draining{0}, pinned{0};
};

// What a generation is made of and what it needs from the runtime.
struct GenerationParts {
    std::uint64_t number = 0;
    std::string path;
    SealedFile file;
    Manifest manifest;
    std::vector<std::string> granted;
    std::shared_ptr<PluginStats> stats;
    std::shared_ptr<Bell> bell;
    const HostServices* services = nullptr;
    const RuntimeOptions* options = nullptr;
    Logger log;
};

class Generation {
public:
    explicit Generation(GenerationParts parts);

    const std::string& id() const { return parts_.manifest.id; }
    const Manifest& manifest() const { return parts_.manifest; }
    std::uint64_t number() const { return parts_.number; }
    const std::string& path() const { return parts_.path; }
    const std::string& hash() const { return parts_.file.hash(); }
    const std::string& memory_name() const { return parts_.file.name(); }
    const HostServices& services() const { return *parts_.services; }
    const std::vector<std::string>& granted() const { return host_.granted(); }
    const parley_plugin& hooks() const { return hooks_; }
    const std::vector<CommandInfo>& commands() const { return commands_; }
    PluginStats& stats() const { return *parts_.stats; }

    // Steps. Each is allowed only in its stage, and moves on when it succeeds.
    Result<void> open();                                                          // [own thread]
    Result<void> bring_up(parley_call* call, const std::string& stored_version);  // [own thread] create, migrate, start
    void stop();                                                                  // [own thread]
    void destroy();                                                               // [own thread]
    bool close();  // [own thread] True: the library is gone from memory.

    Stage stage() const { return stage_.load(std::memory_order_acquire); }
    void advance(Event event);

    // [handler threads] Counting calls. enter() only while the registry's reader section keeps the generation alive.
    void enter() { calls_.add(stripe_of_this_thread()); }
    void leave();
    bool in_use() const { return calls_.sum() != 0; }
    // [runtime thread] From now on leave() rings the bell.
    void begin_draining();

    // [handler threads] One for each generation: a call that hangs in the old one does not hold up the new one.
    SerialSlot& serial_slot() { return serial_slot_; }

    // [any thread]
    void record(CallOutcome outcome, std::chrono::nanoseconds took, CallKind kind);
    void began_hanging();
    void ended_hanging() { hanging_.fetch_sub(1, std::memory_order_relaxed); }
    bool quarantined() const { return quarantined_.load(std::memory_order_acquire); }
    void end_quarantine() { quarantined_.store(false, std::memory_order_release); }

private:
    Result<void> create();
    Result<void> migrate(parley_call* call, const std::string& stored_version);
    Result<void> start(parley_call* call);
    void quarantine(const char* why);

    GenerationParts parts_;
    HostTable host_;
    Library library_;
    const parley_descriptor* descriptor_ = nullptr;
    parley_plugin hooks_{};
    std::vector<CommandInfo> commands_;
    std::atomic<Stage> stage_{Stage::sealed};
    std::atomic<bool> draining_{false}, quarantined_{false};
    StripedCount calls_;
    SerialSlot serial_slot_;
    FailureStreak handling_streak_, preprocess_streak_;
    std::atomic<unsigned> hanging_{0};
};

}  // namespace parley::plugins
