// Places on the map, as text. [any thread]
#pragma once

#include <charconv>
#include <cmath>
#include <string>
#include <string_view>

namespace parley::channels {

inline bool is_place(double latitude, double longitude) {
    return std::abs(latitude) <= 90 && std::abs(longitude) <= 180;  // NaN is none
}

// "-122.1616592": to the centimetre, without zeros at the end.
inline std::string to_degrees(double number) {
    char text[32];
    const auto end = std::to_chars(text, text + sizeof text, number, std::chars_format::fixed, 7).ptr;
    std::string_view shortest(text, static_cast<std::size_t>(end - text));
    while (shortest.ends_with('0')) shortest.remove_suffix(1);
    if (shortest.ends_with('.')) shortest.remove_suffix(1);
    return std::string(shortest);
}

}  // namespace parley::channels
