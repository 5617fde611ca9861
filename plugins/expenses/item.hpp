// One line of the ledger as people write it: "2x100 Milk" or "100 Milk".
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace expenses {

struct Item {
    std::int64_t quantity = 1;
    std::int64_t price = 0;
    std::string name;

    std::int64_t cost() const { return quantity * price; }
};

// Empty when it is no such line, or when it costs more than a total can hold.
std::optional<Item> parse_item(std::string_view text);

// A whole number from 1 up of at most nine digits; empty when it is not.
std::optional<std::int64_t> parse_number(std::string_view text);

std::vector<std::string_view> split_lines(std::string_view text);
std::vector<std::string_view> split_words(std::string_view text);

}  // namespace expenses
