#include "extract/kind.hpp"

#include <unistd.h>

#include <array>
#include <string_view>

namespace parley::extract {

Kind kind_of(int file) {
    std::array<char, 1024> front{};
    const auto size = pread(file, front.data(), front.size(), 0);
    if (size <= 0) return Kind::empty;
    const std::string_view bytes(front.data(), static_cast<std::size_t>(size));
    if (bytes.starts_with("PK\x03\x04") || bytes.starts_with("PK\x05\x06")) return Kind::package;
    if (bytes.starts_with("\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1")) return Kind::old_office;
    if (bytes.starts_with("{\\rtf")) return Kind::rich_text;
    // Readers of PDF look for this in the first 1,024 bytes: some programs write a line of their own before it.
    const auto mark = bytes.find("%PDF-");
    const bool begins_line = mark == 0 || (mark != std::string_view::npos &&
                                           std::string_view("\r\n").find(bytes[mark - 1]) != std::string_view::npos);
    return begins_line ? Kind::pdf : Kind::other;
}

}  // namespace parley::extract
