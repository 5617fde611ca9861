// The trial load: a throw-away process loads the plugin first. A static constructor that throws, crashes or never ends,
// a missing symbol or a damaged file become a verdict in words there, and not the end of the host.
#pragma once

#include <chrono>
#include <string>

#include "core/error.hpp"

namespace parley::plugins {

// Runs `<program> plugin-trial 3` with the sealed file as descriptor 3, and waits for it. [may block until the
// deadline]
Result<void> try_in_child(const std::string& program, int sealed_fd, std::chrono::milliseconds deadline);

// "SIGSEGV (invalid memory access)"
std::string signal_name(int signal);

// How the child speaks: lines on stdout with this in front, "at <step>", "ok" or "error <words>". Other output is the
// plugin's.
inline constexpr const char* trial_prefix = "parley-trial: ";

}  // namespace parley::plugins
