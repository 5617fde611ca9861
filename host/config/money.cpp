#include "config/money.hpp"

#include <algorithm>

namespace parley::config {
namespace {

constexpr std::int64_t dollar = 1'000'000;
constexpr std::size_t most_whole_digits = 6, fraction_digits = 6;

bool all_digits(std::string_view text) {
    return std::all_of(text.begin(), text.end(), [](char c) { return c >= '0' && c <= '9'; });
}

}  // namespace

std::optional<std::int64_t> micro_usd_from(std::string_view text) {
    const auto point = text.find('.');
    const auto whole = text.substr(0, point);
    const auto fraction = point == std::string_view::npos ? std::string_view() : text.substr(point + 1);
    if (whole.empty() || whole.size() > most_whole_digits || fraction.size() > fraction_digits || !all_digits(whole) ||
        !all_digits(fraction) || (point != std::string_view::npos && fraction.empty()))
        return std::nullopt;
    std::string digits = std::string(whole) + std::string(fraction);
    digits.append(fraction_digits - fraction.size(), '0');
    return std::stoll(digits);
}

std::string to_usd(std::int64_t micro_usd) {
    std::string text = std::to_string(micro_usd / dollar);
    std::string fraction = std::to_string(dollar + micro_usd % dollar).substr(1);
    while (!fraction.empty() && fraction.back() == '0') fraction.pop_back();
    if (fraction.empty()) return text;
    if (fraction.size() == 1) fraction += '0';  // "2.50", as money is written
    return text + '.' + fraction;
}

}  // namespace parley::config
