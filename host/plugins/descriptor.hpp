// What a loaded plugin says about itself, checked against the manifest in its file and copied out.
#pragma once

#include <vector>

#include "core/error.hpp"
#include "plugins/runtime.hpp"

namespace parley::plugins {

Result<void> check_descriptor(const parley_descriptor* descriptor, const Manifest& manifest);

// After create(): hooks of a newer minor version are cut off, missing ones are null.
Result<void> check_hooks(parley_plugin& hooks);

// After start(): the commands, which must be those of the manifest.
Result<std::vector<CommandInfo>> read_commands(const parley_plugin& hooks, const Manifest& manifest);

}  // namespace parley::plugins
