// What a setting can be: each kind's check, and its normal form.
#include "config/setting_values.hpp"

#include <algorithm>
#include <cctype>
#include <charconv>
#include <filesystem>

#include "config/flag.hpp"
#include "config/money.hpp"
#include "config/prices.hpp"
#include "core/text.hpp"

namespace parley::config {

std::vector<std::string> split_list(std::string_view text) {
    std::vector<std::string> items;
    std::string item;
    const auto flush = [&] {
        if (!item.empty()) items.push_back(std::move(item));
        item.clear();
    };
    for (const char c : text) {
        if (c == ',') {
            flush();
        } else if (!std::isspace(static_cast<unsigned char>(c))) {
            item += c;
        }
    }
    flush();
    return items;
}

namespace {

using Kind = SettingDefinition::Kind;

// "+92 300 123-4567" and "923001234567" are the same person.
Result<std::string> normal_number(std::string_view text) {
    std::string digits;
    for (const char c : text) {
        if (std::isdigit(static_cast<unsigned char>(c))) {
            digits += c;
        } else if (c != '+' && c != '-' && c != ' ' && c != '(' && c != ')') {
            return make_error(Errc::invalid, "\"" + std::string(text) + "\" is not a phone number");
        }
    }
    if (digits.size() < 5 || digits.size() > 20)
        return make_error(Errc::invalid, "\"" + std::string(text) + "\" is not a phone number");
    return digits;
}

Result<std::string> normal_list(std::string_view text) {
    std::string joined;
    std::vector<std::string> seen;
    for (const auto& item : split_list(text)) {
        auto number = normal_number(item);
        if (!number) return number.error();
        if (std::find(seen.begin(), seen.end(), *number) != seen.end()) continue;
        joined += (joined.empty() ? "" : ",") + *number;
        seen.push_back(*number);
    }
    return joined;
}

Result<std::string> normal_number_in_range(const SettingDefinition& definition, std::string_view value) {
    std::int64_t number = 0;
    const auto [end, problem] = std::from_chars(value.data(), value.data() + value.size(), number);
    if (problem != std::errc() || end != value.data() + value.size() || number < definition.least ||
        number > definition.most)
        return make_error(Errc::invalid, std::string(definition.name) + " must be a whole number from " +
                                             std::to_string(definition.least) + " to " +
                                             std::to_string(definition.most));
    return std::to_string(number);
}

Result<std::string> normal_choice(const SettingDefinition& definition, std::string_view value) {
    const std::string list = " " + std::string(definition.choices) + " ";
    if (value.find(' ') == std::string_view::npos && list.find(" " + std::string(value) + " ") != std::string::npos)
        return std::string(value);
    return make_error(Errc::invalid,
                      std::string(definition.name) + " must be one of: " + std::string(definition.choices));
}

// What the system's time zone database has a file for.
Result<std::string> normal_zone(std::string_view value) {
    const bool plain = value.find("..") == std::string_view::npos && value.size() <= 64 &&
                       std::all_of(value.begin(), value.end(), [](unsigned char c) {
                           return std::isalnum(c) || c == '/' || c == '_' || c == '-' || c == '+';
                       });
    std::error_code ignored;
    const auto file = "/usr/share/zoneinfo/" + std::string(value);
    if (value.empty() || (plain && value.front() != '/' && std::filesystem::is_regular_file(file, ignored)))
        return std::string(value);
    return make_error(Errc::invalid,
                      "there is no time zone \"" + std::string(value) + "\"; write it like Europe/Berlin");
}

// Keys and addresses become headers, where a line end that was pasted along would be an error of every request.
Result<void> check_one_line(const SettingDefinition& definition, std::string_view value) {
    const bool broken = std::any_of(value.begin(), value.end(), [](unsigned char c) { return c < ' ' || c == 127; });
    if (broken)
        return make_error(Errc::invalid, std::string(definition.name) + " must be one line without control characters");
    return {};
}

}  // namespace

Result<std::string> normal_value(const SettingDefinition& definition, std::string_view value) {
    if (definition.secret || definition.kind == Kind::url) {
        value = text::trim(value);
        if (auto ok = check_one_line(definition, value); !ok) return ok.error();
    }
    switch (definition.kind) {
        case Kind::list_of_numbers:
            return normal_list(value);
        case Kind::word: {
            const bool bad =
                value.empty() || value.size() > 32 || value.front() == '/' || value == "help" ||
                std::any_of(value.begin(), value.end(), [](unsigned char c) { return c <= ' ' || c == 127; });
            if (bad)
                return make_error(Errc::invalid, std::string(definition.name) +
                                                     " must be one word of 1 to 32 characters, not \"help\", without a "
                                                     "leading slash");
            return std::string(value);
        }
        case Kind::url:
            if (!value.empty() && value.substr(0, 7) != "http://" && value.substr(0, 8) != "https://")
                return make_error(Errc::invalid, std::string(definition.name) + " must begin with http:// or https://");
            return std::string(value);
        case Kind::flag:
            if (value.empty()) return std::string("false");
            if (const auto meant = to_flag(value)) return std::string(*meant ? "true" : "false");
            return make_error(Errc::invalid, std::string(definition.name) + " must be true or false");
        case Kind::number:
            return normal_number_in_range(definition, text::trim(value));
        case Kind::choice:
            return normal_choice(definition, text::trim(value));
        case Kind::usd: {
            const auto amount = micro_usd_from(text::trim(value));
            if (!amount)
                return make_error(Errc::invalid, std::string(definition.name) +
                                                     " must be an amount in US dollars, like 2.50 (0: no limit)");
            return to_usd(*amount);
        }
        case Kind::prices:
            if (const auto table = PriceTable::parse(value); !table) return table.error();
            return std::string(value);
        case Kind::zone:
            return normal_zone(text::trim(value));
        case Kind::text:
            break;
    }
    return std::string(value);
}

}  // namespace parley::config
