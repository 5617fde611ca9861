// The entry of a fuzz target. libFuzzer wants one fixed name in a program of its own; the smoke test links several.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstdlib>

#ifdef PARLEY_FUZZ_SMOKE
#define PARLEY_FUZZ_ENTRY(name) extern "C" int fuzz_##name(const std::uint8_t* data, std::size_t size)
#else
#define PARLEY_FUZZ_ENTRY(name) extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
#endif

// Unlike assert, always there.
inline void must(bool condition) {
    if (!condition) std::abort();
}
