// The dynamic symbol table of an ELF file, found the way the dynamic loader finds it: by the dynamic segment, because
// section headers may be stripped. Part of elf.hpp.
#pragma once

#include <elf.h>

#include <cstring>
#include <limits>
#include <optional>
#include <string_view>
#include <type_traits>
#include <vector>

#include "plugins/elf.hpp"

namespace parley::plugins {

// Bytes that are only read after their bounds were checked.
class ElfBytes {
public:
    explicit ElfBytes(std::string_view bytes) : bytes_(bytes) {}

    std::size_t size() const { return bytes_.size(); }

    std::optional<std::string_view> view(std::uint64_t offset, std::uint64_t size) const {
        if (offset > bytes_.size() || size > bytes_.size() - offset) return std::nullopt;
        return bytes_.substr(offset, size);
    }

    template <class T>
    std::optional<T> at(std::uint64_t offset) const {
        static_assert(std::is_trivially_copyable_v<T>);
        const auto area = view(offset, sizeof(T));
        if (!area) return std::nullopt;
        T value;
        std::memcpy(&value, area->data(), sizeof value);
        return value;
    }

    template <class T>
    std::optional<T> at_array(std::uint64_t offset, std::uint64_t index) const {
        if (offset > bytes_.size() || index > bytes_.size() / sizeof(T)) return std::nullopt;
        return at<T>(offset + index * sizeof(T));
    }

    // The text that begins there and ends with a NUL.
    std::optional<std::string_view> text(std::uint64_t offset) const {
        if (offset >= bytes_.size()) return std::nullopt;
        const auto end = bytes_.find('\0', offset);
        if (end == std::string_view::npos) return std::nullopt;
        return bytes_.substr(offset, end - offset);
    }

private:
    std::string_view bytes_;
};

// Fills `exports`, `unique` and `nodelete`.
Result<void> read_dynamic_symbols(ElfBytes bytes, const std::vector<Elf64_Phdr>& segments, ElfFacts& facts);

}  // namespace parley::plugins
