// What an ELF64 shared library says about itself, read without loading it. Pure over bytes: every offset is checked, so
// any input at all gives facts or an error, never a crash.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "core/error.hpp"

namespace parley::plugins {

struct ElfNote {
    std::string name;
    std::uint32_t type = 0;
    std::string description;
};

struct ElfFacts {
    std::uint16_t machine = 0;
    std::vector<ElfNote> notes;
    std::vector<std::string> exports;  // defined and visible from outside, unique ones too
    std::vector<std::string> unique;   // STB_GNU_UNIQUE: these keep a library mapped for ever
    bool nodelete = false;             // asks to stay mapped
};

// The architecture of this program, as in ElfFacts::machine.
std::uint16_t host_machine();
std::string machine_name(std::uint16_t machine);

// Refuses what the dynamic loader would refuse or crash on: not ELF, another architecture, a program, segments beyond
// the end of the file.
Result<ElfFacts> read_elf(std::span<const std::byte> file);

}  // namespace parley::plugins
