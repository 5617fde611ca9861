// A fuzz target is a program of its own that defines `fuzz_target`. scripts/fuzz builds it with clang and libFuzzer,
// which searches for inputs by what they reach in the code. Under any compiler it is a test, too: a few thousand
// changed seeds, the same ones each time.
#pragma once

#include <cstdlib>
#include <string>
#include <string_view>
#include <vector>

namespace parley::test {

struct FuzzTarget {
    void (*run)(std::string_view bytes);  // whatever the bytes: what must() hold, holds
    std::vector<std::string> seeds;       // to begin with
    std::vector<std::string> words;       // what to put into them
    int rounds = 20'000;                  // of the test
};

extern const FuzzTarget fuzz_target;

// Unlike assert, always there.
inline void must(bool condition) {
    if (!condition) std::abort();
}

}  // namespace parley::test
