#include "channels/split_text.hpp"

#include "core/text.hpp"

namespace parley::channels {

namespace {

// Of the character that this byte begins: units and bytes. Bytes in the middle of one count nothing.
std::size_t units_of(char lead) {
    const auto byte = static_cast<unsigned char>(lead);
    if ((byte & 0xC0) == 0x80) return 0;
    return byte >= 0xF0 ? 2 : 1;
}

// The longest prefix of at most `max_units`, in bytes.
std::size_t prefix_of(std::string_view text, std::size_t max_units) {
    std::size_t units = 0;
    for (std::size_t at = 0; at < text.size(); ++at) {
        units += units_of(text[at]);
        if (units > max_units) return at;
    }
    return text.size();
}

// Where to cut `text` so that at most `longest` bytes come before; never 0.
std::size_t cut_of(std::string_view text, std::size_t longest) {
    const std::string_view piece = text.substr(0, longest);
    for (const std::string_view end : {"\n\n", "\n", ". ", "! ", "? ", " "}) {
        const std::size_t at = piece.rfind(end);
        if (at != std::string_view::npos && at >= longest / 2) return at + end.size();
    }
    return longest;
}

}  // namespace

std::size_t text_units(std::string_view text) {
    std::size_t units = 0;
    for (const char c : text) units += units_of(c);
    return units;
}

std::vector<std::string> split_text(std::string_view text, std::size_t max_units) {
    std::vector<std::string> pieces;
    while (true) {
        const std::size_t longest = prefix_of(text, max_units);
        if (longest == text.size()) break;
        const std::size_t cut = cut_of(text, longest);
        const std::string_view piece = text::trim(text.substr(0, cut));
        if (!piece.empty()) pieces.emplace_back(piece);
        text = text.substr(cut);
        while (!text.empty() && (text.front() == ' ' || text.front() == '\n')) text.remove_prefix(1);
    }
    if (!text.empty() || pieces.empty()) pieces.emplace_back(text);
    return pieces;
}

}  // namespace parley::channels
