// Phone numbers as people type, paste and mention them.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace parley {

// "+92 320-1234567", "@923201234567", "923201234567@s.whatsapp.net" -> "923201234567". Empty when it is not a number.
inline std::optional<std::string> phone_number(std::string_view text) {
    const bool mention = text.substr(0, 1) == "@";
    if (mention) text.remove_prefix(1);
    text = text.substr(0, text.find('@'));
    std::string digits;
    for (const char c : text) {
        if (c >= '0' && c <= '9') {
            digits += c;
        } else if (static_cast<unsigned char>(c) < 0x80 &&
                   std::string_view("+-() .").find(c) == std::string_view::npos) {
            return std::nullopt;  // beyond ASCII are the invisible direction marks that a pasted number carries
        }
    }
    if (digits.size() < 5 || digits.size() > 20) return std::nullopt;
    return digits;
}

}  // namespace parley
