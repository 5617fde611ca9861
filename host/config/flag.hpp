// Yes and no, as people and other programs' files write them: True, off, 1.
#pragma once

#include <algorithm>
#include <array>
#include <optional>
#include <string_view>

#include "core/text.hpp"

namespace parley::config {

inline std::optional<bool> to_flag(std::string_view text) {
    static constexpr std::array<std::string_view, 4> yes{"true", "1", "yes", "on"}, no{"false", "0", "no", "off"};
    const auto word = text::to_lower_ascii(text::trim(text));
    if (std::find(yes.begin(), yes.end(), word) != yes.end()) return true;
    if (std::find(no.begin(), no.end(), word) != no.end()) return false;
    return std::nullopt;
}

}  // namespace parley::config
