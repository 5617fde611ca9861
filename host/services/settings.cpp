#include "parley/abi/services/settings.h"

#include <boost/json.hpp>

#include "services/table.hpp"

namespace parley::services {
namespace {

// What a handling sees of a setting does not change under it: what it writes builds on that.
const std::string& as_read(parley_call* call, std::string_view name) {
    auto& read = call->state.settings_read;
    const auto found = read.find(name);
    if (found != read.end()) return found->second;
    return read.emplace(name, call->services.with().settings.get(name)).first->second;
}

std::string shown(parley_call* call, std::string_view name) {
    auto& settings = call->services.with().settings;
    if (const auto written = call->state.settings.find(name); written != call->state.settings.end())
        return written->second;
    return settings.shown(name, as_read(call, name));
}

// For the audit log: secrets masked.
std::string in_words(const config::Settings& settings, std::string_view name, const std::string& value) {
    return boost::json::serialize(boost::json::object{{"name", name}, {"value", settings.shown(name, value)}});
}

parley_status get(parley_call* call, parley_str name, parley_sink value) {
    return guarded(call, [&]() -> parley_status {
        if (!call->services.with().settings.known(view(name)))
            return call->fail(PARLEY_NOT_FOUND, "there is no setting " + std::string(view(name)));
        put(value, shown(call, view(name)));
        return PARLEY_OK;
    });
}

parley_status set(parley_call* call, parley_str name, parley_str value) {
    return guarded(call, [&]() -> parley_status {
        if (!call->granted("settings.write"))
            return call->fail(PARLEY_DENIED,
                              "the plugin may not change settings: it must declare settings.write and be "
                              "listed in privileged_plugins");
        if (!call->state.from_admin) return call->fail(PARLEY_DENIED, "only admins may change settings");
        auto& settings = call->services.with().settings;
        auto checked = settings.check(view(name), view(value));
        if (!checked) return call->fail(to_status(checked.error().code), checked.error().message);
        const std::string key(view(name));
        const auto earlier = call->state.settings.find(key);
        const std::string before = earlier == call->state.settings.end() ? as_read(call, key) : earlier->second;
        call->state.effects.changes.push_back({"putSetting", "/api/v1/settings/" + key, in_words(settings, key, before),
                                               in_words(settings, key, *checked)});
        const auto& definition = *config::setting_definition(key);
        std::optional<std::string> expected;
        if (!definition.secret) expected = before;
        call->state.effects.settings.push_back(
            {key, settings.to_stored(key, *checked), std::move(expected), before == definition.fallback});
        call->state.settings[key] = std::move(*checked);
        return PARLEY_OK;
    });
}

parley_status list(parley_call* call, parley_sink pairs) {
    return guarded(call, [&]() -> parley_status {
        for (const auto& [name, value] : call->services.with().settings.shown()) {
            if (!call->services.with().settings.known(name)) continue;
            put(pairs, name);
            put(pairs, shown(call, name));
        }
        return PARLEY_OK;
    });
}

constexpr parley_settings table{sizeof(parley_settings), get, set, list};

}  // namespace

const void* const settings_table = &table;

}  // namespace parley::services
