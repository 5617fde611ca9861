// Watches the plugins directory with inotify and says which plugin files changed, when they are quiet. Runtime thread.
#pragma once

#include <optional>
#include <set>
#include <string>
#include <vector>

#include "core/log.hpp"
#include "plugins/file_descriptor.hpp"
#include "plugins/settle.hpp"

namespace parley::plugins {

// Plugin files are *.so, not hidden (copying tools write to .name.so.tmp first).
bool is_plugin_name(const std::string& file_name);
// Paths of all plugin files in a directory, sorted.
std::vector<std::string> plugin_files(const std::string& directory);

class Watcher {
public:
    // A directory that cannot be watched (no inotify left, it was removed) is looked through every second instead.
    Watcher(std::string directory, std::chrono::milliseconds quiet, Logger log);

    int fd() const { return inotify_.get(); }  // readable: call collect(); -1: none

    // Takes in what happened.
    void collect(Settle::Time now);
    // Look at a file (again) as if it had changed.
    void touch(const std::string& path, Settle::Time now) { settle_.touched(path, now); }
    // Files that changed, appeared or went away, and are quiet now.
    std::vector<std::string> due(Settle::Time now) { return settle_.due(now); }
    std::optional<Settle::Time> next() const;

private:
    bool watch();
    void read_events(Settle::Time now);
    void rescan(Settle::Time now);

    std::string directory_;
    Logger log_;
    FileDescriptor inotify_;
    int watch_ = -1;
    Settle settle_;
    std::optional<Settle::Time> next_rescan_;
    std::map<std::string, FileLook> seen_;  // by rescan()
};

}  // namespace parley::plugins
