// The plugin runtime's controls, for admin commands. Privileged: the operator has to allow the capability "plugins".
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "abi/services/plugins.h"
#include "clock.hpp"
#include "detail/bridge.hpp"
#include "json.hpp"

namespace parley {

struct PluginInfo {
    std::string id, version, state, file, error;
    std::vector<std::string> commands, capabilities;
    std::int64_t generation = 0, calls = 0, failures = 0;
    Json loaded_at;  // as the host states it
};

class Plugins {
public:
    Plugins(detail::Link link, const parley_plugins* table) : link_(link), table_(table) {}

    // All, sorted by id.
    std::vector<PluginInfo> list() const {
        detail::Collector json;
        detail::check(link_, table_->list(link_.call, {}, json.sink()), "plugins.list");
        std::vector<PluginInfo> plugins;
        for (const auto& text : json.take()) plugins.push_back(read(text));
        return plugins;
    }

    std::optional<PluginInfo> info(std::string_view id) const {
        detail::Collector json;
        if (!detail::found(link_, table_->list(link_.call, detail::str(id), json.sink()), "plugins.list")) {
            return std::nullopt;
        }
        return read(json.text());
    }

    // "load" (id names a file in the plugins directory), "reload", "unload", "enable", "disable". Begins when this
    // handling has ended well; the host tells the outcome in the chat that asked. False: no such plugin or file.
    bool request(std::string_view action, std::string_view id) const {
        return detail::found(link_, table_->request(link_.call, detail::str(action), detail::str(id)),
                             "plugins.request");
    }

private:
    static PluginInfo read(const std::string& text) {
        const auto json = Json::parse(text);
        PluginInfo info;
        info.id = json["id"].as_string();
        info.version = json["version"].as_string();
        info.state = json["state"].as_string();
        info.file = json["file"].as_string();
        info.error = json["error"].as_string();
        for (const auto& name : json["commands"].items()) info.commands.push_back(name.as_string());
        for (const auto& name : json["capabilities"].items()) info.capabilities.push_back(name.as_string());
        info.generation = json["generation"].as_int();
        info.calls = json["calls"].as_int();
        info.failures = json["failures"].as_int();
        info.loaded_at = json["loaded_at"];
        return info;
    }

    detail::Link link_;
    const parley_plugins* table_;
};

}  // namespace parley
