#include "plugins/elf_symbols.hpp"

#include <algorithm>

namespace parley::plugins {
namespace {

constexpr std::uint64_t max_symbols = 1'000'000;

Error bad(std::string text) {
    return make_error(Errc::invalid, std::move(text));
}

struct Dynamic {
    std::optional<std::uint64_t> symbols, strings, gnu_hash, hash;
    std::uint64_t flags = 0;
};

// From an address in memory to an offset in the file.
std::optional<std::uint64_t> file_offset(const std::vector<Elf64_Phdr>& segments, std::uint64_t address) {
    for (const auto& segment : segments) {
        if (segment.p_type != PT_LOAD || address < segment.p_vaddr) continue;
        const std::uint64_t distance = address - segment.p_vaddr;
        if (distance < segment.p_filesz) return segment.p_offset + distance;
    }
    return std::nullopt;
}

Dynamic read_dynamic(ElfBytes bytes, const std::vector<Elf64_Phdr>& segments, const Elf64_Phdr& segment) {
    Dynamic found;
    for (std::uint64_t i = 0; i < segment.p_filesz / sizeof(Elf64_Dyn); ++i) {
        const auto entry = bytes.at_array<Elf64_Dyn>(segment.p_offset, i);
        if (!entry || entry->d_tag == DT_NULL) break;
        switch (entry->d_tag) {
            case DT_SYMTAB:
                found.symbols = file_offset(segments, entry->d_un.d_ptr);
                break;
            case DT_STRTAB:
                found.strings = file_offset(segments, entry->d_un.d_ptr);
                break;
            case DT_GNU_HASH:
                found.gnu_hash = file_offset(segments, entry->d_un.d_ptr);
                break;
            case DT_HASH:
                found.hash = file_offset(segments, entry->d_un.d_ptr);
                break;
            case DT_FLAGS_1:
                found.flags = entry->d_un.d_val;
                break;
            default:
                break;
        }
    }
    return found;
}

// The GNU hash table does not store how many symbols there are: the last one is the end of the chain of the bucket that
// begins last.
std::optional<std::uint64_t> count_by_gnu_hash(ElfBytes bytes, std::uint64_t table) {
    const auto buckets = bytes.at<std::uint32_t>(table);
    const auto first_hashed = bytes.at<std::uint32_t>(table + 4);
    const auto bloom_words = bytes.at<std::uint32_t>(table + 8);
    if (!buckets || !first_hashed || !bloom_words) return std::nullopt;
    const std::uint64_t buckets_at = table + 16 + std::uint64_t{*bloom_words} * 8;
    const std::uint64_t chains_at = buckets_at + std::uint64_t{*buckets} * 4;
    std::uint64_t last = 0;
    for (std::uint64_t i = 0; i < *buckets; ++i) {
        const auto start = bytes.at_array<std::uint32_t>(buckets_at, i);
        if (!start) return std::nullopt;
        last = std::max<std::uint64_t>(last, *start);
    }
    if (last < *first_hashed) return *first_hashed;
    while (last < max_symbols) {
        const auto link = bytes.at_array<std::uint32_t>(chains_at, last - *first_hashed);
        if (!link) return std::nullopt;
        ++last;
        if (*link & 1u) return last;
    }
    return std::nullopt;
}

std::optional<std::uint64_t> count_symbols(ElfBytes bytes, const Dynamic& dynamic) {
    if (dynamic.gnu_hash) return count_by_gnu_hash(bytes, *dynamic.gnu_hash);
    if (!dynamic.hash) return std::nullopt;
    const auto chains = bytes.at<std::uint32_t>(*dynamic.hash + 4);
    if (!chains || *chains > max_symbols) return std::nullopt;
    return *chains;
}

void note_symbol(const Elf64_Sym& symbol, std::string_view name, ElfFacts& facts) {
    const auto bind = ELF64_ST_BIND(symbol.st_info);
    const auto visibility = ELF64_ST_VISIBILITY(symbol.st_other);
    const bool defined = symbol.st_shndx != SHN_UNDEF && symbol.st_shndx != SHN_ABS;  // ABS: names of versions
    if (!defined || name.empty() || bind == STB_LOCAL) return;
    if (visibility == STV_HIDDEN || visibility == STV_INTERNAL) return;
    facts.exports.emplace_back(name);
    if (bind == STB_GNU_UNIQUE) facts.unique.emplace_back(name);
}

}  // namespace

Result<void> read_dynamic_symbols(ElfBytes bytes, const std::vector<Elf64_Phdr>& segments, ElfFacts& facts) {
    const auto segment =
        std::find_if(segments.begin(), segments.end(), [](const Elf64_Phdr& s) { return s.p_type == PT_DYNAMIC; });
    if (segment == segments.end()) return bad("not a shared library: it has no dynamic segment");
    const Dynamic dynamic = read_dynamic(bytes, segments, *segment);
    if (dynamic.flags & DF_1_PIE) return bad("a program, not a shared library");
    facts.nodelete = dynamic.flags & DF_1_NODELETE;
    if (!dynamic.symbols || !dynamic.strings) return bad("damaged: it has no dynamic symbol table");
    const auto count = count_symbols(bytes, dynamic);
    if (!count) return bad("damaged: the size of its dynamic symbol table cannot be told");
    for (std::uint64_t i = 1; i < *count; ++i) {
        const auto symbol = bytes.at_array<Elf64_Sym>(*dynamic.symbols, i);
        if (!symbol) return bad("damaged: its dynamic symbol table lies beyond the end of the file");
        if (const auto name = bytes.text(*dynamic.strings + symbol->st_name)) note_symbol(*symbol, *name, facts);
    }
    return {};
}

}  // namespace parley::plugins
