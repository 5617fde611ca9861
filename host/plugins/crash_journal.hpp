// Remembers over a crash of the host which plugin was running. A fatal signal writes one line, "SIGSEGV echo 3", into a
// file opened beforehand, and lets the process die as it would have.
//
// Signal handlers belong to the whole process: one journal at a time is armed, the first.
#pragma once

#include <array>
#include <cstddef>
#include <map>
#include <string>

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

    // How often the host died inside this plugin.
    unsigned crashes(const std::string& plugin_id) const;
    // An admin trusts it again.
    void forget(const std::string& plugin_id);

private:
    void arm();

    std::string path_;
    std::map<std::string, unsigned> counts_;
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
