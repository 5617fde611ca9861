// Which plugin's code lies where in memory, for the crash journal: a thread that a plugin started itself is known by
// nothing else. What was unloaded stays in the table, for such a thread may outlive its code.
#pragma once

#include <cstdint>
#include <string>

#include <ucontext.h>

namespace parley::plugins {

struct CodeOwner {
    const char* id;
    std::uint64_t generation;
};

// [any thread] The code behind a handle of dlopen() is this plugin's. Replaces what lay at the same place before.
void note_code(void* handle, const std::string& id, std::uint64_t generation);

// Signal-safe. Whose code was running when the signal came: the innermost, or in a thread that the host did not make
// for plugins also code further out, as when it calls abort(). `id` is null when it was no plugin's.
CodeOwner owner_of_code(const ucontext_t& interrupted);

}  // namespace parley::plugins
