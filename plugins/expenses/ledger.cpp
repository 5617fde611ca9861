#include "ledger.hpp"

namespace expenses {

namespace {

// With leading zeros, so that the order of keys is the order of numbers.
std::string padded(std::int64_t number) {
    auto digits = std::to_string(number);
    return std::string(digits.size() < 12 ? 12 - digits.size() : 0, '0') + digits;
}

parley::Json to_json(const Item& item, std::string_view sender, parley::Time time) {
    auto json = parley::Json::object();
    json["item"] = item.name;
    json["quantity"] = item.quantity;
    json["price"] = item.price;
    json["sender"] = sender;
    json["time_ms"] = parley::to_unix_ms(time);
    return json;
}

}  // namespace

Ledger::Ledger(const parley::Context& ctx) : storage_(ctx.storage()), place_(ctx.message().place()) {}

std::vector<Entry> Ledger::entries(std::string_view sender) const {
    std::vector<Entry> entries;
    storage_.each("item/" + place_ + "/", [&](const std::string& key, const parley::Json& json) {
        auto owner = json["sender"].as_string();
        if (!sender.empty() && owner != sender) return;
        entries.push_back({key,
                           {json["quantity"].as_int(1), json["price"].as_int(), json["item"].as_string()},
                           std::move(owner),
                           parley::from_unix_ms(json["time_ms"].as_int())});
    });
    return entries;
}

void Ledger::add(const Item& item, std::string_view sender, parley::Time time) const {
    const auto counter = "next/" + place_;
    const auto number = storage_.get(counter).value_or(1).as_int(1);
    storage_.put("item/" + place_ + "/" + padded(number), to_json(item, sender, time));
    storage_.put(counter, number + 1);
}

void Ledger::replace(const Entry& entry) const {
    storage_.put(entry.key, to_json(entry.item, entry.sender, entry.time));
}

void Ledger::remove(const Entry& entry) const {
    storage_.remove(entry.key);
}

}  // namespace expenses
