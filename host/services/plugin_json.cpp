#include "services/plugin_json.hpp"

#include <boost/json.hpp>

#include "core/ids.hpp"

namespace parley::services {

std::string to_json(const plugins::PluginInfo& info) {
    const auto array = [](const std::vector<std::string>& items) {
        boost::json::array out;
        for (const auto& item : items) out.emplace_back(item);
        return out;
    };
    boost::json::object object;
    object["id"] = info.id;
    object["version"] = info.version;
    object["state"] = plugins::to_string(info.state);
    object["generation"] = info.generation;
    object["commands"] = array(info.commands);
    object["capabilities"] = array(info.capabilities);
    object["file"] = info.file;
    object["loaded_at"] = info.loaded_at_ms ? to_iso8601(info.loaded_at_ms) : std::string();
    object["calls"] = info.calls;
    object["failures"] = info.failures;
    object["draining"] = info.draining;
    object["pinned"] = info.pinned;
    object["error"] = info.error;
    return boost::json::serialize(object);
}

}  // namespace parley::services
