#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdint>

#include "core/text.hpp"
#include "extract/extractor.hpp"
#include "extract/readers.hpp"

namespace parley::extract {
namespace {

// UTF-16 takes twice what UTF-8 does.
constexpr std::size_t most_read = 2 * most_text + 4;

Result<std::string> read_front(int file, std::size_t most) {
    std::string bytes(most, '\0');
    std::size_t size = 0;
    while (size < most) {
        const auto got = pread(file, bytes.data() + size, most - size, static_cast<off_t>(size));
        if (got < 0 && errno == EINTR) continue;
        if (got < 0) return make_error(Errc::invalid, "the file cannot be read");
        if (got == 0) break;
        size += static_cast<std::size_t>(got);
    }
    bytes.resize(size);
    return bytes;
}

void put_character(std::string& text, std::uint32_t c) {
    const auto byte = [&](std::uint32_t bits) { text += static_cast<char>(bits); };
    if (c < 0x80) return byte(c);
    if (c < 0x800) {
        byte(0xC0 | (c >> 6));
    } else {
        if (c < 0x10000) {
            byte(0xE0 | (c >> 12));
        } else {
            byte(0xF0 | (c >> 18));
            byte(0x80 | ((c >> 12) & 0x3F));
        }
        byte(0x80 | ((c >> 6) & 0x3F));
    }
    byte(0x80 | (c & 0x3F));
}

std::string from_utf16(std::string_view bytes, bool big_endian) {
    const auto unit = [&](std::size_t at) {
        const auto a = static_cast<unsigned char>(bytes[at]), b = static_cast<unsigned char>(bytes[at + 1]);
        return static_cast<std::uint32_t>(big_endian ? a << 8 | b : b << 8 | a);
    };
    std::string text;
    for (std::size_t at = 0; at + 1 < bytes.size(); at += 2) {
        std::uint32_t c = unit(at);
        if (c >= 0xD800 && c < 0xE000) {
            const std::uint32_t low = c < 0xDC00 && at + 3 < bytes.size() ? unit(at + 2) : 0;
            if (low >= 0xDC00 && low < 0xE000) {
                c = 0x10000 + ((c - 0xD800) << 10) + (low - 0xDC00);
                at += 2;
            } else {
                c = 0xFFFD;  // half a pair
            }
        }
        put_character(text, c);
    }
    return text;
}

// Windows-1252 is Latin-1 but for 0x80 to 0x9F (WHATWG Encoding Standard, index windows-1252).
std::string from_windows_1252(std::string_view bytes) {
    constexpr std::array<std::uint16_t, 32> upper{0x20AC, 0x81,   0x201A, 0x0192, 0x201E, 0x2026, 0x2020, 0x2021,
                                                  0x02C6, 0x2030, 0x0160, 0x2039, 0x0152, 0x8D,   0x017D, 0x8F,
                                                  0x90,   0x2018, 0x2019, 0x201C, 0x201D, 0x2022, 0x2013, 0x2014,
                                                  0x02DC, 0x2122, 0x0161, 0x203A, 0x0153, 0x9D,   0x017E, 0x0178};
    std::string text;
    for (const char c : bytes) {
        const auto byte = static_cast<unsigned char>(c);
        put_character(text, byte >= 0x80 && byte < 0xA0 ? upper[byte - 0x80] : byte);
    }
    return text;
}

// Text has no NUL and next to no other control characters.
bool looks_like_text(std::string_view text) {
    const auto strange = std::count_if(text.begin(), text.end(), [](char c) {
        return (static_cast<unsigned char>(c) < 0x20 && (c < '\t' || c > '\r')) || c == 0x7F;
    });
    return text.find('\0') == std::string_view::npos && static_cast<std::size_t>(strange) * 100 <= text.size();
}

// Without the piece of a character at its end, where the reading stopped.
std::string_view whole_characters(std::string_view bytes) {
    for (std::size_t cut = 0; cut < 4 && cut <= bytes.size(); ++cut)
        if (text::is_valid_utf8(bytes.substr(0, bytes.size() - cut))) return bytes.substr(0, bytes.size() - cut);
    return bytes;
}

}  // namespace

Result<void> read_plain_text(int file, Output& out) {
    auto bytes = read_front(file, most_read + 1);
    if (!bytes) return bytes.error();
    const bool cut = bytes->size() > most_read;
    std::string_view rest = *bytes;
    if (cut) rest.remove_suffix(bytes->size() - most_read);

    std::string text;
    if (rest.starts_with("\xFF\xFE") || rest.starts_with("\xFE\xFF")) {
        text = from_utf16(rest.substr(2), rest.starts_with("\xFE\xFF"));
    } else {
        if (rest.starts_with("\xEF\xBB\xBF")) rest.remove_prefix(3);
        if (cut) rest = whole_characters(rest);
        text = text::is_valid_utf8(rest) ? std::string(rest) : from_windows_1252(rest);
    }
    if (!looks_like_text(text))
        return make_error(Errc::unsupported,
                          "no text can be read from such a file: send a PDF, Word, Excel, PowerPoint, OpenDocument, "
                          "CSV or text file");
    out.put(text);
    if (cut) out.cut();
    return {};
}

}  // namespace parley::extract
