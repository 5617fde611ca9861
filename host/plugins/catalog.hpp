// What the runtime knows about each plugin file, for itself and for those who ask. Changed on the runtime's thread,
// read from any.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "plugins/generation.hpp"
#include "plugins/runtime.hpp"

namespace parley::plugins {

// One file in the plugins directory (or loaded from elsewhere).
struct Slot {
    std::string path;
    Manifest manifest;  // of what serves, or would serve; its id is the file's stem while nothing better is known
    std::string hash;   // of the content that was last taken in
    std::string error;  // why the last attempt to load it failed, or why it does not serve
    std::shared_ptr<Generation> serving;
    std::int64_t loaded_at_ms = 0;
    bool owner = false;     // its id and commands are its own: it serves, or was switched off
    bool disabled = false;  // by an admin or after crashes
    bool unloaded = false;  // by an admin, until the next load
    bool conflict = false;  // failed because another file has its id or a command: may succeed when that goes
};

State state_of(const Slot& slot);

class Catalog {
public:
    // [any thread] Copies: a slot is changed by putting it back, on the runtime thread.
    std::optional<Slot> at(const std::string& path) const;
    std::optional<Slot> owner_of_id(const std::string& id) const;
    std::optional<Slot> owner_of_command(const std::string& command) const;
    // The slot that `target`, an id, means: its owner, else a file that failed under it.
    std::optional<Slot> by_id(const std::string& id) const;
    std::vector<Slot> slots() const;
    std::vector<Generation*> serving() const;

    void put(Slot slot);
    void erase(const std::string& path);
    std::shared_ptr<PluginStats> stats(const std::string& id);

    // [any thread]
    std::vector<PluginInfo> list() const;
    std::vector<CommandInfo> commands() const;

private:
    template <class Predicate>
    std::optional<Slot> find(const Predicate& predicate) const;
    PluginInfo describe(const Slot& slot) const;

    mutable std::mutex mutex_;
    std::map<std::string, Slot> slots_;  // by path
    std::map<std::string, std::shared_ptr<PluginStats>> stats_;
};

}  // namespace parley::plugins
