// What is to happen to which plugin: takes files in, puts generations in and out of service, carries out what admins
// ask for. Runtime thread, where nothing else is said.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "core/log.hpp"
#include "plugins/catalog.hpp"
#include "plugins/crash_journal.hpp"
#include "plugins/loader.hpp"
#include "plugins/registry.hpp"
#include "plugins/retirement.hpp"
#include "plugins/retries.hpp"

namespace parley::plugins {

// The last part of a path: people are told no more of it, for they may sit far away.
std::string file_name(const std::string& path);

class Control {
public:
    struct Parts {
        const RuntimeOptions& options;
        HostServices& services;
        Catalog& catalog;
        Registry& registry;
        Retirement& retirement;
        Loader& loader;
        CrashJournal* journal;  // null: none is kept
        Logger log;
    };

    // `look_again` asks to be called with install_changed() for this file when it is quiet.
    Control(Parts parts, std::function<void(const std::string& path)> look_again);

    // Who asked decides about content that serves already: a file event does not load it again, a command does.
    enum class Trigger { event, command };

    void read_disabled();
    // Files that changed, appeared or went away.
    void install_changed(const std::vector<std::string>& paths);
    // Tells what happened, in words. Never throws.
    Result<std::string> act(Runtime::Action action, const std::string& target);
    // [any thread] The path of the file that "load" of this target would take.
    Result<std::string> file_of(const std::string& target) const;
    void retire_all();

    // Tries again what failed because something was away; asked when `next_retry` has come.
    void retry(Retries::Time now);
    std::optional<Retries::Time> next_retry() const { return retries_.next(); }

private:
    Result<std::string> act_on(Runtime::Action action, const std::string& target);
    Result<std::string> install(const std::string& path, Trigger trigger);
    Result<std::string> try_install(const std::string& path, Trigger trigger);
    Result<std::string> take_in(Candidate candidate, Trigger trigger);
    Result<std::string> put_into_service(Slot slot, Candidate candidate, std::shared_ptr<Generation> displaced);
    Result<std::string> keep_disabled(Slot slot, const Candidate& candidate, std::shared_ptr<Generation> displaced);
    Result<void> check_rivals(const std::string& path, const Manifest& manifest);
    std::string why_disabled(const std::string& id) const;
    Error refuse(const std::string& path, const Manifest* manifest, Error error, bool conflict);
    void remove(const std::string& path);
    void retire(std::shared_ptr<Generation> generation);
    void retry_conflicts();

    Result<std::string> load(const std::string& target);
    Result<std::string> reload(const std::string& target);
    Result<std::string> reload_all();
    Result<std::string> unload(const std::string& target);
    Result<std::string> enable(const std::string& target);
    Result<std::string> disable(const std::string& target);
    std::optional<Slot> slot_of(const std::string& target) const;

    Parts parts_;
    std::function<void(const std::string& path)> look_again_;
    std::set<std::string> disabled_;  // by an admin
    Retries retries_;
    bool retrying_ = false;
};

}  // namespace parley::plugins
