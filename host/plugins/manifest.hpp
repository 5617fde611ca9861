// The manifest of a plugin: the text in its ELF note, read and checked. Pure.
#pragma once

#include <string_view>

#include "core/error.hpp"
#include "plugins/elf.hpp"
#include "plugins/runtime.hpp"

namespace parley::plugins {

// [a-z0-9_-]{1,32}: plugin ids and command names.
bool is_name(std::string_view text);

// Unknown keys are for later hosts and are skipped; a missing, repeated or malformed one is an error.
Result<Manifest> parse_manifest(std::string_view text);

// Finds the note and reads it.
Result<Manifest> manifest_of(const ElfFacts& facts);

// Can this host load a plugin of this ABI version? The error names both versions and the fix.
Result<void> check_abi(int major, int minor);

}  // namespace parley::plugins
