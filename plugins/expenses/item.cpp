#include "item.hpp"

#include <algorithm>

#include "parley/text.hpp"

namespace expenses {

namespace {

constexpr std::string_view space = " \t\r\n";
constexpr std::int64_t max_cost = 1'000'000'000'000;

// Takes the digits at the front of `text` off it.
std::optional<std::int64_t> take_digits(std::string_view& text) {
    const auto count = std::min(text.find_first_not_of("0123456789"), text.size());
    if (count == 0 || count > 9) return std::nullopt;
    std::int64_t value = 0;
    for (const char digit : text.substr(0, count)) value = value * 10 + (digit - '0');
    text.remove_prefix(count);
    return value;
}

}  // namespace

std::vector<std::string_view> split_lines(std::string_view text) {
    std::vector<std::string_view> lines;
    while (!text.empty()) {
        const auto end = std::min(text.find('\n'), text.size());
        if (const auto line = parley::trim(text.substr(0, end)); !line.empty()) lines.push_back(line);
        text.remove_prefix(std::min(end + 1, text.size()));
    }
    return lines;
}

std::vector<std::string_view> split_words(std::string_view text) {
    std::vector<std::string_view> words;
    for (text = parley::trim(text); !text.empty(); text = parley::trim(text)) {
        const auto end = std::min(text.find_first_of(space), text.size());
        words.push_back(text.substr(0, end));
        text.remove_prefix(end);
    }
    return words;
}

std::optional<Item> parse_item(std::string_view text) {
    text = parley::trim(text);
    const auto first = take_digits(text);
    if (!first) return std::nullopt;
    Item item;
    item.price = *first;
    if (text.substr(0, 1) == "x") {
        text.remove_prefix(1);
        const auto second = take_digits(text);
        if (!second) return std::nullopt;
        item.quantity = *first;
        item.price = *second;
    }
    if (text.empty() || space.find(text.front()) == std::string_view::npos) return std::nullopt;
    item.name = parley::trim(text);
    if (item.name.empty() || item.cost() > max_cost) return std::nullopt;
    return item;
}

std::optional<std::int64_t> parse_number(std::string_view text) {
    const auto value = take_digits(text);
    return text.empty() && value && *value > 0 ? value : std::nullopt;
}

}  // namespace expenses
