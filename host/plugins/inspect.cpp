#include "plugins/inspect.hpp"

#include <algorithm>

#include "plugins/elf.hpp"
#include "plugins/manifest.hpp"

namespace parley::plugins {
namespace {

constexpr const char* stays_mapped = "will stay mapped after unload, use parley_add_plugin()";

std::vector<std::string> warnings_about(const ElfFacts& facts) {
    std::vector<std::string> warnings;
    const auto others = facts.exports.size() - 1;
    if (!facts.unique.empty())
        warnings.push_back("has " + std::to_string(facts.unique.size()) + " unique symbols (" +
                           facts.unique.front().substr(0, 80) +
                           ", ...): another version of it needs a restart of the host; it " + stays_mapped);
    else if (others > 0)
        warnings.push_back("exports " + std::to_string(others) + " symbols besides " PARLEY_ENTRY_SYMBOL ": " +
                           stays_mapped);
    if (facts.nodelete) warnings.push_back(std::string("linked with -z nodelete: ") + stays_mapped);
    return warnings;
}

}  // namespace

Result<Inspection> inspect(const SealedFile& file) {
    auto facts = read_elf(file.bytes());
    if (!facts) return facts.error();
    auto manifest = manifest_of(*facts);
    if (!manifest) return manifest.error();
    if (const auto abi = check_abi(manifest->abi_major, manifest->abi_minor); !abi) return abi.error();
    if (std::find(facts->exports.begin(), facts->exports.end(), PARLEY_ENTRY_SYMBOL) == facts->exports.end())
        return make_error(Errc::invalid, "it does not export the function " PARLEY_ENTRY_SYMBOL);
    auto warnings = warnings_about(*facts);
    return Inspection{std::move(*manifest), std::move(warnings), std::move(facts->unique)};
}

}  // namespace parley::plugins
