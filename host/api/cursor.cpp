#include "api/cursor.hpp"

#include <charconv>

namespace parley::api {

std::string cursor_to_text(char list, std::int64_t before) {
    char digits[17];
    const auto [end, error] = std::to_chars(digits, digits + sizeof digits, before, 16);
    return std::string(1, list).append(digits, end);
}

std::optional<std::int64_t> cursor_from_text(char list, std::string_view text) {
    if (text.size() < 2 || text.front() != list) return std::nullopt;
    std::int64_t before = 0;
    const char* end = text.data() + text.size();
    const auto [stop, error] = std::from_chars(text.data() + 1, end, before, 16);
    if (error != std::errc() || stop != end || before <= 0) return std::nullopt;
    return before;
}

}  // namespace parley::api
