// Remembers over a crash of the host which plugin was running. A fatal signal writes one line, "SIGSEGV echo 3
// 1732190000" (the plugin, its generation, the time), into a file opened beforehand, and lets the process die as it
// would have. A plugin that calls exit() is written down too ("exit echo 3 ..."), and the process ends as failed; so is
// one that crashes in a thread of its own.
//
// Signal handlers belong to the whole process: one journal at a time is armed, the first.
#pragma once

#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include <csignal>

#include "core/error.hpp"

namespace parley::plugins {

class CrashJournal {
public:
    // Reads what earlier runs left in `<state_dir>/plugin-crashes` and arms the handler. Throws when the file cannot be
    // kept.
    explicit CrashJournal(const std::string& state_dir);
    ~CrashJournal();
    CrashJournal(const CrashJournal&) = delete;
    CrashJournal& operator=(const CrashJournal&) = delete;

    // How often the host died inside this plugin: the last time, and those within `window` before it. A crash of long
    // ago says little about the next one; but what crashed often stays known until forget(), however long it rests.
    unsigned crashes(const std::string& plugin_id, std::chrono::seconds window) const;
    // An admin trusts it again.
    void forget(const std::string& plugin_id);

private:
    void arm();

    std::string path_;
    std::map<std::string, std::vector<std::int64_t>> times_;  // by plugin id
    int fd_ = -1;
    bool armed_ = false;
};

// A stack for signal handlers of this thread, so that the journal works after a stack overflow too. It lies inside the
// frame of its owner, at the safe end of the thread's own stack, and costs no mapping. Put one at the root of every
// thread that runs plugins.
class AlternateStack {
public:
    AlternateStack();
    ~AlternateStack();
    AlternateStack(const AlternateStack&) = delete;
    AlternateStack& operator=(const AlternateStack&) = delete;

private:
    stack_t previous_{};
    bool set_ = false;
    alignas(16) std::array<char, 24 * 1024> memory_;
};

}  // namespace parley::plugins
