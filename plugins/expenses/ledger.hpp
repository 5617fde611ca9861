// The items of one chat in plugin storage, in the order in which they were added.
//
//   item/<place>/<number, 12 digits>   {"item", "quantity", "price", "sender", "time_ms"}
//   next/<place>                       the number of the next item
//
// One key an item keeps every write small. Handling is repeated by the host if another one changed a key in between, so
// that the counter needs no lock.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "item.hpp"
#include "parley/plugin.hpp"

namespace expenses {

struct Entry {
    std::string key;
    Item item;
    std::string sender;
    parley::Time time;
};

class Ledger {
public:
    explicit Ledger(const parley::Context& ctx);

    // `sender` empty: everybody's.
    std::vector<Entry> entries(std::string_view sender) const;
    void add(const Item& item, std::string_view sender, parley::Time time) const;
    void replace(const Entry& entry) const;
    void remove(const Entry& entry) const;

private:
    parley::Storage storage_;
    std::string place_;
};

}  // namespace expenses
