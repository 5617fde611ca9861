// What libFuzzer wants of a fuzz target: its entry, and the target's seeds and words.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <filesystem>
#include <fstream>

#include "support/fuzz.hpp"

using parley::test::fuzz_target;

extern "C" std::size_t LLVMFuzzerMutate(std::uint8_t* data, std::size_t size, std::size_t most);

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    fuzz_target.run({reinterpret_cast<const char*>(data), size});
    return 0;
}

// The seeds go into the first folder of the command line, where libFuzzer looks for them next.
extern "C" int LLVMFuzzerInitialize(int* count, char*** arguments) {
    for (int i = 1; i < *count; ++i) {
        const std::filesystem::path folder((*arguments)[i]);
        if (!std::filesystem::is_directory(folder)) continue;
        int number = 0;
        for (const auto& seed : fuzz_target.seeds)
            std::ofstream(folder / ("seed" + std::to_string(number++)), std::ios::binary) << seed;
        break;
    }
    return 0;
}

// One change in four puts a word in, all others are libFuzzer's own.
extern "C" std::size_t LLVMFuzzerCustomMutator(std::uint8_t* data, std::size_t size, std::size_t most, unsigned seed) {
    const auto& words = fuzz_target.words;
    if (seed % 4 != 0 || words.empty()) return LLVMFuzzerMutate(data, size, most);
    const auto& word = words[seed / 4 % words.size()];
    if (size + word.size() > most) return LLVMFuzzerMutate(data, size, most);
    const auto at = seed / 4 / words.size() % (size + 1);
    std::memmove(data + at + word.size(), data + at, size - at);
    std::copy(word.begin(), word.end(), data + at);
    return size + word.size();
}
