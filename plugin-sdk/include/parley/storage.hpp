// JSON values by key, private to the plugin and kept across restarts and reloads. Writes take effect together with the
// replies or not at all. Read, change, write is safe: when another handling changed a key in between, this one is run
// again.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "abi/services/storage.h"
#include "detail/bridge.hpp"
#include "json.hpp"

namespace parley {

class Storage {
public:
    using Pairs = std::vector<std::pair<std::string, Json>>;

    Storage(detail::Link link, const parley_storage* table) : link_(link), table_(table) {}

    std::optional<Json> get(std::string_view key) const {
        auto text = get_text(key);
        if (!text) return std::nullopt;
        return Json::parse(*text);
    }

    void put(std::string_view key, const Json& value) const { put_text(key, value.dump()); }

    // Removing what is not there is fine.
    void remove(std::string_view key) const {
        detail::check(link_, table_->remove(link_.call, detail::str(key)), "storage.remove");
    }

    // At most `limit` (0: 1,000) pairs whose keys begin with `prefix` and come after `after`, in byte order of keys.
    Pairs list(std::string_view prefix, std::string_view after = {}, std::uint32_t limit = 0) const {
        detail::Collector collector;
        detail::check(link_, table_->list(link_.call, detail::str(prefix), detail::str(after), limit, collector.sink()),
                      "storage.list");
        auto values = collector.take();
        Pairs pairs;
        pairs.reserve(values.size() / 2);
        for (std::size_t i = 0; i + 1 < values.size(); i += 2) {
            pairs.emplace_back(std::move(values[i]), Json::parse(values[i + 1]));
        }
        return pairs;
    }

    // All of them, page by page: visit(key, value).
    template <class Visit>
    void each(std::string_view prefix, Visit visit) const {
        constexpr std::uint32_t page_size = 1'000;
        std::string after;
        for (;;) {
            auto page = list(prefix, after, page_size);
            for (auto& [key, value] : page) visit(std::as_const(key), value);
            if (page.size() < page_size) return;
            after = std::move(page.back().first);
        }
    }

    // The same without the SDK's JSON, for authors who bring their own.
    std::optional<std::string> get_text(std::string_view key) const {
        detail::Collector value;
        const auto status = table_->get(link_.call, detail::str(key), value.sink());
        if (!detail::found(link_, status, "storage.get")) return std::nullopt;
        return value.text();
    }

    void put_text(std::string_view key, std::string_view json) const {
        detail::check(link_, table_->put(link_.call, detail::str(key), detail::str(json)), "storage.put");
    }

private:
    detail::Link link_;
    const parley_storage* table_;
};

}  // namespace parley
