// The part of the fake services that admins care about: settings, users and plugins.
#pragma once

#include <set>
#include <string_view>

#include "parley/abi/services/plugins.h"
#include "parley/abi/services/settings.h"
#include "parley/abi/services/users.h"
#include "world.hpp"

namespace parley::testing::services {

inline void put_text(parley_sink sink, std::string_view value) {
    sink.put(sink.user, detail::str(value));
}

inline parley_status settings_get(parley_call* raw, parley_str name, parley_sink value) {
    auto& call = Call::of(raw);
    const auto found = call.world.settings.find(detail::copy(name));
    if (found == call.world.settings.end()) return call.fail(PARLEY_NOT_FOUND, "no such setting");
    put_text(value, found->second);
    return PARLEY_OK;
}

inline parley_status settings_set(parley_call* raw, parley_str name, parley_str value) {
    auto& call = Call::of(raw);
    if (call.world.granted.count("settings.write") == 0) {
        return call.fail(PARLEY_DENIED, "this plugin was not granted \"settings.write\"");
    }
    if (!call.admin) return call.fail(PARLEY_DENIED, "the sender is not an admin");
    if (call.world.settings.count(detail::copy(name)) == 0) return call.fail(PARLEY_NOT_FOUND, "no such setting");
    if (call.world.refuse_setting) {
        auto why = call.world.refuse_setting(detail::view(name), detail::view(value));
        if (!why.empty()) return call.fail(PARLEY_INVALID, std::move(why));
    }
    call.settings[detail::copy(name)] = detail::copy(value);
    return PARLEY_OK;
}

inline parley_status settings_list(parley_call* raw, parley_sink pairs) {
    for (const auto& [name, value] : Call::of(raw).world.settings) {
        put_text(pairs, name);
        put_text(pairs, value);
    }
    return PARLEY_OK;
}

inline void put_user(parley_sink sink, const FakeUser& user) {
    Json json = Json::object();
    json["id"] = user.id;
    json["group"] = user.group;
    json["name"] = user.name;
    json["user_group"] = user.user_group;
    json["first_seen"] = user.first_seen;
    put_text(sink, json.dump());
}

inline parley_status users_get(parley_call* raw, parley_str id, parley_sink json) {
    auto& call = Call::of(raw);
    const auto found = call.world.users.find(detail::copy(id));
    if (found == call.world.users.end()) return call.fail(PARLEY_NOT_FOUND, "never seen");
    put_user(json, found->second);
    return PARLEY_OK;
}

inline parley_status users_list(parley_call* raw, parley_str group, parley_str after, uint32_t limit,
                                parley_sink json) {
    if (limit == 0 || limit > 10'000) limit = 10'000;
    for (const auto& [id, user] : Call::of(raw).world.users) {
        if (std::string_view(id) <= detail::view(after)) continue;
        if (group.size > 0 && user.user_group != detail::view(group)) continue;
        if (limit-- == 0) break;
        put_user(json, user);
    }
    return PARLEY_OK;
}

inline parley_status users_groups(parley_call* raw, parley_sink names) {
    std::set<std::string> groups;
    for (const auto& [id, user] : Call::of(raw).world.users) groups.insert(user.user_group);
    for (const auto& name : groups) put_text(names, name);
    return PARLEY_OK;
}

inline parley_status users_set_group(parley_call* raw, parley_str id, parley_str group) {
    auto& call = Call::of(raw);
    if (!call.admin) return call.fail(PARLEY_DENIED, "the sender is not an admin");
    if (call.world.users.count(detail::copy(id)) == 0) return call.fail(PARLEY_NOT_FOUND, "never seen");
    call.user_groups[detail::copy(id)] = detail::copy(group);
    return PARLEY_OK;
}

inline parley_status plugins_list(parley_call* raw, parley_str id, parley_sink json) {
    auto& call = Call::of(raw);
    if (!call.admin) return call.fail(PARLEY_DENIED, "the sender is not an admin");
    bool any = false;
    for (const auto& [name, plugin] : call.world.plugins) {
        if (id.size > 0 && name != detail::view(id)) continue;
        put_text(json, plugin.dump());
        any = true;
    }
    return any || id.size == 0 ? PARLEY_OK : call.fail(PARLEY_NOT_FOUND, "no such plugin");
}

inline parley_status plugins_request(parley_call* raw, parley_str action, parley_str id) {
    auto& call = Call::of(raw);
    if (!call.admin) return call.fail(PARLEY_DENIED, "the sender is not an admin");
    static const std::set<std::string, std::less<>> actions{"load", "reload", "unload", "enable", "disable"};
    if (actions.count(detail::view(action)) == 0) return call.fail(PARLEY_INVALID, "no such action");
    const bool all = detail::view(action) == "reload" && detail::view(id) == "all";
    const bool known = detail::view(action) == "load" ? call.world.plugin_files.count(detail::copy(id)) > 0
                                                      : call.world.plugins.count(detail::copy(id)) > 0;
    if (!known && !all) return call.fail(PARLEY_NOT_FOUND, "no such plugin");
    call.plugin_requests.emplace_back(detail::copy(action), detail::copy(id));
    return PARLEY_OK;
}

}  // namespace parley::testing::services
