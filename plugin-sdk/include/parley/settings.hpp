// What admins change while the host runs, by the names of the environment variables in lower case: admin_ids,
// admin_command_prefix, ... Secrets read as "sk-...9f2a". Writing needs the capability "settings.write".
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "abi/services/settings.h"
#include "detail/bridge.hpp"

namespace parley {

class Settings {
public:
    Settings(detail::Link link, const parley_settings* table) : link_(link), table_(table) {}

    // Empty: no such setting.
    std::optional<std::string> get(std::string_view name) const {
        detail::Collector value;
        const auto status = table_->get(link_.call, detail::str(name), value.sink());
        if (!detail::found(link_, status, "settings.get")) return std::nullopt;
        return value.text();
    }

    // Joins the effects. False: no such setting. ServiceError: not a value it can take (Status::invalid), or not
    // allowed.
    bool set(std::string_view name, std::string_view value) const {
        return detail::found(link_, table_->set(link_.call, detail::str(name), detail::str(value)), "settings.set");
    }

    // Name and value of all, sorted by name.
    std::vector<std::pair<std::string, std::string>> list() const {
        detail::Collector collector;
        detail::check(link_, table_->list(link_.call, collector.sink()), "settings.list");
        auto values = collector.take();
        std::vector<std::pair<std::string, std::string>> pairs;
        for (std::size_t i = 0; i + 1 < values.size(); i += 2) {
            pairs.emplace_back(std::move(values[i]), std::move(values[i + 1]));
        }
        return pairs;
    }

    // A setting that holds a list, "1, 2,3" -> {"1", "2", "3"}; an unknown one is empty.
    std::vector<std::string> get_list(std::string_view name) const {
        std::vector<std::string> items;
        const std::string value = get(name).value_or("");
        for (std::size_t from = 0; from <= value.size();) {
            const auto comma = std::min(value.find(',', from), value.size());
            const auto first = value.find_first_not_of(" \t", from);
            if (first < comma) {
                const auto last = value.find_last_not_of(" \t", comma - 1);
                items.push_back(value.substr(first, last - first + 1));
            }
            from = comma + 1;
        }
        return items;
    }

    bool set_list(std::string_view name, const std::vector<std::string>& items) const {
        std::string value;
        for (const auto& item : items) value += (value.empty() ? "" : ",") + item;
        return set(name, value);
    }

private:
    detail::Link link_;
    const parley_settings* table_;
};

}  // namespace parley
