#include "parley/abi/services/storage.h"

#include "core/json_reader.hpp"
#include "core/text.hpp"
#include "db/store/repositories.hpp"
#include "plugins/handler_pool.hpp"
#include "services/table.hpp"

namespace parley::services {
namespace {

constexpr std::size_t longest_key = 512;
constexpr std::size_t largest_value = 1u << 20;
constexpr std::uint32_t most_pairs = 1'000;

Result<void> check_key(std::string_view key) {
    if (key.empty() || key.size() > longest_key || !text::is_storable(key))
        return make_error(Errc::invalid, "a key has 1 to 512 bytes of UTF-8 without NUL");
    return {};
}

// The value as this handling sees it; reads the database once a key.
HandlingState::Known& look_up(parley_call* call, std::string_view key) {
    auto& known = call->state.storage;
    const auto place = std::pair(call->plugin, std::string(key));
    if (const auto found = known.find(place); found != known.end()) return found->second;

    std::optional<db::StoredValue> stored;
    {
        plugins::HandlerPool::BlockingSection waiting;
        call->services.with().database.run(
            [&](pqxx::work& tx) { stored = db::read_storage(tx, place.first, place.second); });
    }
    HandlingState::Known fresh;
    fresh.version = stored ? stored->version : 0;
    if (stored) fresh.value = std::move(stored->json);
    return known[place] = std::move(fresh);
}

parley_status get(parley_call* call, parley_str key, parley_sink value) {
    return guarded(call, [&]() -> parley_status {
        if (auto ok = check_key(view(key)); !ok) return call->fail(PARLEY_INVALID, ok.error().message);
        const auto& known = look_up(call, view(key));
        if (!known.value) return call->fail(PARLEY_NOT_FOUND, "nothing is stored under that key");
        put(value, *known.value);
        return PARLEY_OK;
    });
}

parley_status write(parley_call* call, parley_str key, std::optional<std::string> value) {
    if (auto ok = check_key(view(key)); !ok) return call->fail(PARLEY_INVALID, ok.error().message);
    const auto place = std::pair(call->plugin, std::string(view(key)));
    auto& known = call->state.storage[place];
    auto& writes = call->state.effects.storage;
    const auto size_of = [](const std::optional<std::string>& text) { return text ? text->size() : 0; };
    const auto replaced = known.write ? std::optional(size_of(writes[*known.write].value)) : std::nullopt;
    if (!call->take_room(size_of(value), replaced)) return call->fail_full();
    known.value = value;
    if (known.write) {
        writes[*known.write].value = std::move(value);  // the last one counts; what was read decides about conflicts
        return PARLEY_OK;
    }
    known.write = writes.size();
    writes.push_back(StorageWrite{place.first, place.second, std::move(value), known.version});
    return PARLEY_OK;
}

parley_status put_value(parley_call* call, parley_str key, parley_str json) {
    return guarded(call, [&]() -> parley_status {
        if (json.size > largest_value) return call->fail(PARLEY_TOO_LARGE, "a value may have at most 1 MiB");
        if (auto parsed = parse_json(view(json)); !parsed)
            return call->fail(PARLEY_INVALID, "the value is not JSON: " + parsed.error().message);
        return write(call, key, std::string(view(json)));
    });
}

parley_status remove(parley_call* call, parley_str key) {
    return guarded(call, [&]() -> parley_status { return write(call, key, std::nullopt); });
}

// What is stored, as changed by this handling.
std::map<std::string, std::string> merged(parley_call* call, const std::string& prefix, const std::string& after,
                                          std::size_t limit) {
    std::vector<std::pair<std::string, db::StoredValue>> stored;
    {
        // Keys this handling removed take places among the rows that are read.
        const std::size_t enough = limit + call->state.effects.storage.size();
        plugins::HandlerPool::BlockingSection waiting;
        call->services.with().database.run(
            [&](pqxx::work& tx) { stored = db::list_storage(tx, call->plugin, prefix, after, enough); });
    }
    std::map<std::string, std::string> values;
    for (auto& [key, value] : stored) {
        call->state.storage.try_emplace({call->plugin, key}, HandlingState::Known{value.json, value.version});
        values[key] = std::move(value.json);
    }
    for (const auto& write : call->state.effects.storage) {
        if (write.plugin != call->plugin || write.key.compare(0, prefix.size(), prefix) != 0 || write.key <= after)
            continue;
        if (write.value) {
            values[write.key] = *write.value;
        } else {
            values.erase(write.key);
        }
    }
    return values;
}

parley_status list(parley_call* call, parley_str prefix, parley_str after, std::uint32_t limit, parley_sink pairs) {
    return guarded(call, [&]() -> parley_status {
        if (limit == 0 || limit > most_pairs) limit = most_pairs;
        if (!text::is_storable(view(prefix)) || !text::is_storable(view(after)))
            return call->fail(PARLEY_INVALID, "prefix and after are UTF-8 without NUL");
        const auto values = merged(call, std::string(view(prefix)), std::string(view(after)), limit);
        std::uint32_t given = 0;
        for (const auto& [key, value] : values) {
            if (given++ == limit) break;
            put(pairs, key);
            put(pairs, value);
        }
        return PARLEY_OK;
    });
}

constexpr parley_storage table{sizeof(parley_storage), get, put_value, remove, list};

}  // namespace

const void* const storage_table = &table;

}  // namespace parley::services
