// Runs a fuzz target over its seeds with a small deterministic mutator: not a fuzzer, but the same checks under any
// compiler. The input that it dies of is left in the working directory.
#include <algorithm>
#include <csignal>
#include <cstdio>
#include <fstream>
#include <random>

#include "support/fuzz.hpp"

namespace {

using parley::test::fuzz_target;

std::string input;  // for the handler

void keep_input(int) {
    std::ofstream("fuzz-crash", std::ios::binary) << input;
    std::fputs("the input is in ./fuzz-crash\n", stderr);
}

// A value of JSON gives way to another: that gets past a parser more often than single bytes do.
void replace_value(std::string& text, std::size_t from, const std::string& value) {
    const auto colon = text.find(':', from);
    if (colon == std::string::npos) return;
    const auto end = std::min(text.find_first_of(",}", colon), text.size());
    text.replace(colon + 1, end - colon - 1, value);
}

std::string mutate(std::string text, std::mt19937& random) {
    const auto& words = fuzz_target.words;
    for (auto changes = random() % 4 + 1; changes > 0; --changes) {
        const auto at = random() % (text.size() + 1);
        const auto& word = words[random() % words.size()];
        switch (random() % 6) {
            case 0:
                text.insert(at, word);
                break;
            case 5:
                replace_value(text, at, word);
                break;
            case 1:
                text.insert(at, 1, static_cast<char>(random()));
                break;
            case 2:
                text.erase(at, random() % 12);
                break;
            case 3:
                text.insert(at, text.substr(random() % (text.size() + 1), random() % 48));
                break;
            default:
                if (at < text.size()) text[at] = static_cast<char>(random());
        }
    }
    return text;
}

}  // namespace

int main() {
    std::signal(SIGABRT, keep_input);
    std::mt19937 random(20240229);
    auto pool = fuzz_target.seeds;
    const auto most = pool.size() + 200;
    for (const auto& seed : fuzz_target.seeds) fuzz_target.run(input = seed);
    for (int round = 0; round < fuzz_target.rounds; ++round) {
        input = mutate(pool[random() % pool.size()], random);
        fuzz_target.run(input);
        if (round % 16 == 0 && input.size() < 512 && pool.size() < most) pool.push_back(input);
    }
    std::puts("ok");
}
