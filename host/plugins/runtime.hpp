// The plugin runtime: which plugins there are, which generation of each serves, and how one is replaced while it works.
//
// A file becomes a generation by: settle, read once and hash, sealed memfd, ELF and manifest checks, trial load in a
// throw-away process, dlopen, create, migrate, start, publish. Any failure before publish leaves the older generation
// serving. A retired generation is stopped when its last Lease is gone, then unloaded, and verified to be unmapped.
//
// Threads: loading runs on the runtime's own thread; find() and for_each_preprocessor() are called on handler threads
// and take no lock; everything else from any thread.
#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/error.hpp"
#include "core/executor.hpp"
#include "core/log.hpp"
#include "parley/abi/entry.h"

namespace parley::plugins {

struct Usage {
    std::string arguments;
    std::string description;
    std::vector<std::string> examples;
};

struct CommandInfo {
    std::string name;
    std::string plugin;  // id
    std::string description;
    std::vector<Usage> usages;
    std::string note;
    bool admin = false;
    bool internal = false;
    bool serial = false;
    bool confirm = false;                   // asked for by the language model: the person is asked first
    std::chrono::milliseconds deadline{0};  // 0: the host's default
};

// What stands in the ELF note.
struct Manifest {
    int abi_major = 0, abi_minor = 0;
    std::string id, version;
    std::vector<std::string> commands, capabilities;
};

enum class State { serving, disabled, quarantined, failed };
const char* to_string(State state);

struct PluginInfo {
    std::string id, version, file, error;
    State state = State::serving;
    std::uint64_t generation = 0;
    std::vector<std::string> commands, capabilities;
    std::int64_t loaded_at_ms = 0;
    std::uint64_t calls = 0, failures = 0;  // since the host started, over all generations
    std::uint64_t overdue = 0;              // of the failures: calls that passed their deadline
    std::int64_t busy_ms = 0;               // spent in calls
    unsigned draining = 0;                  // older generations that still have calls in flight
    unsigned pinned = 0;                    // retired generations whose library could not be unmapped
};

// How a call into a plugin ended, for metrics and quarantine.
enum class CallOutcome { ok, failed, overdue };
// Failures in a row are counted apart: preprocess() sees every message, and its successes say nothing of the commands.
enum class CallKind { handling, preprocess };

class Generation;
class SerialSlot;

// Keeps one generation alive and counts as a call in flight. Movable; released on any thread.
class Lease {
public:
    Lease() = default;
    explicit Lease(Generation* generation);  // takes over a count already taken
    Lease(Lease&& other) noexcept;
    Lease& operator=(Lease&& other) noexcept;
    ~Lease();

    explicit operator bool() const { return generation_ != nullptr; }
    const std::string& plugin_id() const;
    std::uint64_t generation() const;
    const parley_plugin& hooks() const;
    bool granted(std::string_view capability) const;
    // The command `name` of this plugin; null when it has none of that name.
    const CommandInfo* command(std::string_view name) const;
    // Is one of its commands serial? And the slot for one call at a time; it lasts as long as this lease.
    bool serial() const;
    SerialSlot& serial_slot() const;
    // Counts for metrics; failures and overdue calls count towards quarantine.
    void record(CallOutcome outcome, std::chrono::nanoseconds took, CallKind kind = CallKind::handling) const;
    // A call is given up past its deadline but still inside, where it keeps a thread; it has left after all. Too many
    // at once are a quarantine, whatever succeeds beside them.
    void began_hanging() const;
    void ended_hanging() const;

private:
    friend class InsidePlugin;
    Generation* generation_ = nullptr;
};

class HostServices;

// Marks this thread as inside a plugin's code. Put one around every call of a hook: after a crash of the host the
// journal then names the plugin, and parley_host.report finds its way. Nestable; must not outlive the lease.
class InsidePlugin {
public:
    explicit InsidePlugin(const Lease& lease);
    explicit InsidePlugin(const Generation& generation);
    ~InsidePlugin();
    InsidePlugin(const InsidePlugin&) = delete;
    InsidePlugin& operator=(const InsidePlugin&) = delete;

    // The innermost one of this thread, or null. Safe in a signal handler.
    static const InsidePlugin* current();
    const char* id() const { return id_; }
    std::uint64_t generation() const { return generation_; }
    const HostServices* services() const { return services_; }

private:
    const char* id_;
    std::uint64_t generation_;
    const HostServices* services_;
    const InsidePlugin* outer_;
};

// What the host gives to plugins. Implemented by host/services.
class HostServices {
public:
    virtual ~HostServices() = default;

    // The table for "parley.storage/1", or null when there is no such service. Called only for what was granted.
    virtual const void* service(std::string_view name) const = 0;

    // A parley_call outside any message: for start(), migrate() of one plugin. It ends with one of the two below.
    // [runtime thread, may block]
    virtual parley_call* open_call(const std::string& plugin_id, std::function<bool(std::string_view)> granted) = 0;
    // [the hooks' thread] The call's services answer this thread from now on, and no other.
    virtual void enter_call(parley_call* call) const = 0;
    // Words that the plugin gave to parley_host.report, for the error shown to admins.
    virtual std::string reported(parley_call* call) const = 0;
    // Writes what it collected, and that `version` of the plugin has started, in one transaction. Errc::unavailable:
    // the database is away, or a value that the plugin read has changed meanwhile; a start from the beginning may
    // succeed.
    virtual Result<void> commit_call(parley_call* call, const std::string& version) = 0;
    virtual void drop_call(parley_call* call) = 0;

    // parley_host.report and .last_error
    virtual void report(parley_call* call, std::string_view text) const = 0;
    virtual std::string last_error(parley_call* call) const = 0;

    // The version of this plugin whose migrate() and start() last succeeded; empty if never. [runtime thread, may
    // block]
    virtual std::string stored_version(const std::string& plugin_id) = 0;

    // Plugins that an admin disabled; kept across restarts. [runtime thread, may block]
    virtual std::vector<std::string> disabled_plugins() = 0;
    virtual void set_disabled(const std::string& plugin_id, bool disabled) = 0;

    // May this plugin have this capability? Everything it declares, except the privileged ones ("settings.write",
    // "plugins") unless the operator lists the plugin.
    virtual bool may_have(const std::string& plugin_id, std::string_view capability) const = 0;
};

struct RuntimeOptions {
    std::string plugins_dir;     // watched; made when missing
    std::string state_dir;       // for the crash journal
    std::string canary_program;  // this executable: run as `<canary_program> plugin-trial <fd>` for the trial load
    bool watch = true;
    std::chrono::milliseconds settle{150};  // a file must be quiet for so long
    std::chrono::milliseconds retry{500};   // after a failure that may pass; each next one waits twice as long
    std::chrono::milliseconds trial_deadline{2000};
    std::chrono::milliseconds start_deadline{10'000};
    std::chrono::milliseconds drain_deadline{30'000};  // then reported, and kept until its calls end
    unsigned quarantine_failures = 5;                  // that many in a row...
    std::chrono::seconds quarantine_window{60};        // ...within that time: disabled until an admin enables it;
                                                       // or as many past their deadlines in a row, in any time
    unsigned quarantine_hanging = 50;                  // or so many past their deadlines that are still inside
    unsigned crashes_to_disable = 2;                   // host crashes with the plugin on the stack...
    std::chrono::hours crash_window{7 * 24};           // ...within that time
};

class Runtime {
public:
    Runtime(RuntimeOptions options, HostServices& services, Logger log);
    ~Runtime();

    // Load everything in the plugins directory, then begin to watch it. Blocks. A plugin that fails is listed with its
    // error.
    void start();
    // Stop watching, retire everything, wait for calls in flight until `deadline`.
    void stop(std::chrono::milliseconds deadline);

    // [handler threads] The command's serving generation; empty when there is none.
    Lease find(std::string_view command);
    // [handler threads] Every serving generation with a preprocess hook, in order of id. `visit` runs while it is
    // leased, and it alone.
    void for_each_preprocessor(const std::function<void(Lease&)>& visit);
    // [handler threads] The serving generation of a plugin, by id (timers).
    Lease find_plugin(std::string_view id);

    // Commands that are served now, sorted by name.
    std::vector<CommandInfo> commands() const;
    std::vector<PluginInfo> list() const;
    std::optional<PluginInfo> info(std::string_view id) const;
    // The path of the file that "load" of this target would take now; Errc::not_found with words for who asked.
    Result<std::string> file_of(const std::string& target) const;

    // Queued on the runtime's thread; `done` is called on it with what happened, in words. `target` is a plugin id, or
    // for load a file name in the plugins directory or a path. "reload" of "all" does all. When the host is stopping or
    // too many requests wait, `done` is called at once, on the calling thread, with an error.
    enum class Action { load, reload, unload, enable, disable };
    static std::optional<Action> action_from(std::string_view name);
    void request(Action action, std::string target, std::function<void(Result<std::string>)> done);

private:
    struct Impl;
    std::unique_ptr<Impl> impl_;
};

// Everything that can be said about a file without running it, and the trial load: for `parley plugin check FILE`.
struct CheckReport {
    std::optional<Manifest> manifest;
    std::vector<std::string> problems;  // refuse
    std::vector<std::string> warnings;  // load, but tell
};
CheckReport check_file(const std::string& path, const RuntimeOptions& options);

// The body of `<program> plugin-trial <fd>`: loads, creates, destroys, unloads; exit code 0 or a message on stdout
// and 1.
int run_trial(int fd);

}  // namespace parley::plugins
