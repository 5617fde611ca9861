#include "plugins/elf.hpp"

#include <elf.h>

#include <algorithm>
#include <cstring>
#include <optional>

#include "plugins/elf_symbols.hpp"

namespace parley::plugins {
namespace {

constexpr std::size_t max_headers = 256;
constexpr std::size_t max_notes = 64;

Error bad(std::string text) {
    return make_error(Errc::invalid, std::move(text));
}

Result<Elf64_Ehdr> read_header(ElfBytes bytes) {
    const auto ident = bytes.view(0, EI_NIDENT);
    if (bytes.size() == 0) return bad("the file is empty");
    if (!ident || ident->substr(0, SELFMAG) != std::string_view(ELFMAG, SELFMAG))
        return bad("not an ELF file: a plugin is a shared library (.so)");
    if ((*ident)[EI_CLASS] != ELFCLASS64) return bad("not a 64-bit ELF file");
    if ((*ident)[EI_DATA] != ELFDATA2LSB) return bad("not a little-endian ELF file");
    const auto header = bytes.at<Elf64_Ehdr>(0);
    if (!header) return bad("the file is cut off inside its ELF header");
    if (header->e_machine != host_machine())
        return bad("built for " + machine_name(header->e_machine) + ", this host runs on " +
                   machine_name(host_machine()));
    if (header->e_type != ET_DYN) return bad("an ELF file, but not a shared library");
    if (header->e_phentsize != sizeof(Elf64_Phdr) || header->e_phnum == 0 || header->e_phnum > max_headers)
        return bad("damaged: it has no usable program headers");
    return *header;
}

Result<std::vector<Elf64_Phdr>> read_segments(ElfBytes bytes, const Elf64_Ehdr& header) {
    std::vector<Elf64_Phdr> segments;
    for (std::uint64_t i = 0; i < header.e_phnum; ++i) {
        const auto segment = bytes.at_array<Elf64_Phdr>(header.e_phoff, i);
        if (!segment) return bad("the file is cut off inside its program headers");
        const bool in_file = segment->p_type != PT_NULL && segment->p_type != PT_GNU_STACK;
        if (in_file && !bytes.view(segment->p_offset, segment->p_filesz))
            return bad("the file is cut off or damaged: a segment lies beyond its end");
        if (segment->p_type == PT_LOAD && segment->p_memsz < segment->p_filesz)
            return bad("damaged: a segment is smaller in memory than in the file");
        segments.push_back(*segment);
    }
    return segments;
}

// Tools put the section table last, so this finds a copy that stopped early even when all that is loaded has arrived.
Result<void> check_sections(ElfBytes bytes, const Elf64_Ehdr& header) {
    if (header.e_shoff == 0) return {};
    if (header.e_shentsize != sizeof(Elf64_Shdr)) return bad("damaged: it has no usable section headers");
    const std::uint64_t size = std::uint64_t{header.e_shnum} * sizeof(Elf64_Shdr);
    if (!bytes.view(header.e_shoff, size)) return bad("the file is cut off: its section headers lie beyond its end");
    return {};
}

void read_notes(ElfBytes bytes, const Elf64_Phdr& segment, std::vector<ElfNote>& notes) {
    const auto area = bytes.view(segment.p_offset, segment.p_filesz);
    if (!area) return;
    const ElfBytes inner(*area);
    const std::uint64_t align = segment.p_align == 8 ? 8 : 4;
    const auto padded = [align](std::uint64_t size) { return (size + align - 1) / align * align; };
    std::uint64_t offset = 0;
    while (notes.size() < max_notes) {
        const auto head = inner.at<Elf64_Nhdr>(offset);
        if (!head) return;
        const std::uint64_t description_at = padded(offset + sizeof *head + head->n_namesz);
        const auto name = inner.view(offset + sizeof *head, head->n_namesz);
        const auto description = inner.view(description_at, head->n_descsz);
        if (!name || !description) return;
        notes.push_back(
            ElfNote{std::string(name->substr(0, name->find('\0'))), head->n_type, std::string(*description)});
        offset = padded(description_at + head->n_descsz);
    }
}

}  // namespace

std::uint16_t host_machine() {
#if defined(__x86_64__)
    return EM_X86_64;
#elif defined(__aarch64__)
    return EM_AARCH64;
#elif defined(__riscv)
    return EM_RISCV;
#else
#error "add the ELF machine number of this architecture"
#endif
}

std::string machine_name(std::uint16_t machine) {
    switch (machine) {
        case EM_386:
            return "x86 (32-bit)";
        case EM_X86_64:
            return "x86-64";
        case EM_ARM:
            return "ARM (32-bit)";
        case EM_AARCH64:
            return "ARM64";
        case EM_RISCV:
            return "RISC-V";
        case EM_PPC64:
            return "POWER";
        case EM_S390:
            return "s390x";
        default:
            return "another architecture (ELF machine " + std::to_string(machine) + ")";
    }
}

Result<ElfFacts> read_elf(std::span<const std::byte> file) {
    const ElfBytes bytes(std::string_view(reinterpret_cast<const char*>(file.data()), file.size()));
    const auto header = read_header(bytes);
    if (!header) return header.error();
    const auto segments = read_segments(bytes, *header);
    if (!segments) return segments.error();
    if (const auto sections = check_sections(bytes, *header); !sections) return sections.error();

    ElfFacts facts;
    facts.machine = header->e_machine;
    for (const auto& segment : *segments)
        if (segment.p_type == PT_NOTE) read_notes(bytes, segment, facts.notes);
    if (const auto symbols = read_dynamic_symbols(bytes, *segments, facts); !symbols) return symbols.error();
    return facts;
}

}  // namespace parley::plugins
