#include "plugins/elf.hpp"

#include <elf.h>

#include <algorithm>
#include <cstring>
#include <fstream>
#include <random>

#include "plugins/manifest.hpp"
#include "plugins/support.hpp"

using namespace parley::plugins;
using namespace parley::plugins::test;

namespace {

std::vector<std::byte> bytes_of(const fs::path& path) {
    std::ifstream file(path, std::ios::binary);
    const std::string text{std::istreambuf_iterator<char>(file), {}};
    REQUIRE(!text.empty());
    std::vector<std::byte> bytes(text.size());
    std::memcpy(bytes.data(), text.data(), text.size());
    return bytes;
}

std::string refusal(std::span<const std::byte> bytes) {
    const auto facts = read_elf(bytes);
    return facts ? "accepted" : facts.error().message;
}

}  // namespace

TEST_CASE("a good plugin: one export, a manifest note, nothing unique") {
    const auto facts = read_elf(bytes_of(fixture("echo_v1")));
    REQUIRE(facts);
    CHECK(facts->machine == host_machine());
    CHECK(facts->exports == std::vector<std::string>{PARLEY_ENTRY_SYMBOL});
    CHECK(facts->unique.empty());
    CHECK_FALSE(facts->nodelete);
    const auto manifest = manifest_of(*facts);
    REQUIRE(manifest);
    CHECK(manifest->id == "echo");
}

TEST_CASE("unique symbols are found") {
    const auto facts = read_elf(bytes_of(fixture("unique_symbols")));
    REQUIRE(facts);
    CHECK(std::any_of(facts->unique.begin(), facts->unique.end(),
                      [](const std::string& name) { return name.find("shared_state") != std::string::npos; }));
    CHECK(facts->exports.size() > facts->unique.size());
}

TEST_CASE("what is no shared library of this architecture is named in words") {
    auto bytes = bytes_of(fixture("echo_v1"));
    CHECK(refusal({}) == "the file is empty");
    CHECK_THAT(refusal(std::span(bytes).first(10)), Catch::Contains("not an ELF file"));
    CHECK_THAT(refusal(std::span(bytes).first(40)), Catch::Contains("cut off"));
    CHECK_THAT(refusal(bytes_of("/proc/self/exe")), Catch::Contains("a program, not a shared library"));

    auto foreign = bytes;
    foreign[offsetof(Elf64_Ehdr, e_machine)] = std::byte(host_machine() == EM_AARCH64 ? EM_X86_64 : EM_AARCH64);
    CHECK_THAT(refusal(foreign), Catch::Contains("built for") && Catch::Contains("this host runs on"));
    auto narrow = bytes;
    narrow[EI_CLASS] = std::byte{ELFCLASS32};
    CHECK_THAT(refusal(narrow), Catch::Contains("not a 64-bit"));
}

TEST_CASE("every shorter copy of a plugin is refused, without a crash") {
    const auto bytes = bytes_of(fixture("echo_v1"));
    for (std::size_t size = 0; size < bytes.size(); size += size < 2048 ? 1 : 37) {
        // A copy of exactly that size, so that a sanitizer sees every byte read too far.
        const std::vector<std::byte> shorter(bytes.begin(), bytes.begin() + static_cast<std::ptrdiff_t>(size));
        INFO("size " << size);
        REQUIRE_FALSE(read_elf(shorter));
    }
}

TEST_CASE("damaged plugins give facts or an error, never a crash") {
    const auto bytes = bytes_of(fixture("echo_v1"));
    std::mt19937 random(20'26);
    for (int round = 0; round < 20'000; ++round) {
        auto damaged = bytes;
        // Most of the meaning is in the first bytes and in the tables that they point to.
        const std::size_t reach = round % 2 ? damaged.size() : 1024;
        for (int flips = 1 + round % 4; flips > 0; --flips)
            damaged[random() % reach] ^= static_cast<std::byte>(1u << random() % 8);
        if (const auto facts = read_elf(damaged)) static_cast<void>(manifest_of(*facts));
    }
    SUCCEED();
}
