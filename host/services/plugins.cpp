#include "parley/abi/services/plugins.h"

#include <boost/json.hpp>

#include "services/plugin_json.hpp"
#include "services/table.hpp"

namespace parley::services {
namespace {

parley_status list(parley_call* call, parley_str id, parley_sink json) {
    return guarded(call, [&]() -> parley_status {
        if (!call->state.from_admin) return call->fail(PARLEY_DENIED, "only admins may see the plugins");
        auto& runtime = call->services.runtime();
        if (id.size > 0) {
            const auto info = runtime.info(view(id));
            if (!info) return call->fail(PARLEY_NOT_FOUND, "there is no plugin " + std::string(view(id)));
            put(json, to_json(*info));
            return PARLEY_OK;
        }
        for (const auto& info : runtime.list()) put(json, to_json(info));
        return PARLEY_OK;
    });
}

parley_status request(parley_call* call, parley_str action, parley_str id) {
    return guarded(call, [&]() -> parley_status {
        if (!call->state.from_admin) return call->fail(PARLEY_DENIED, "only admins may control plugins");
        const auto known = plugins::Runtime::action_from(view(action));
        if (!known) return call->fail(PARLEY_INVALID, "the actions are load, reload, unload, enable and disable");
        const std::string target(view(id));
        if (*known == plugins::Runtime::Action::load) {
            // The directories of this machine are the operator's business, not that of admins on a channel.
            if (target.find('/') != std::string::npos)
                return call->fail(PARLEY_NOT_FOUND, "a file is loaded by its name in the plugins directory");
            if (const auto file = call->services.runtime().file_of(target); !file)
                return call->fail(PARLEY_NOT_FOUND, file.error().message);
        } else if (target != "all" && !call->services.runtime().info(target)) {
            return call->fail(PARLEY_NOT_FOUND, "there is no plugin " + target);
        }
        call->state.effects.plugin_requests.push_back({std::string(view(action)), target});
        call->state.effects.changes.push_back(
            {"controlPlugin", "/api/v1/plugins/" + target + "/" + std::string(view(action)), "", "", 202});
        return PARLEY_OK;
    });
}

constexpr parley_plugins table{sizeof(parley_plugins), list, request};

}  // namespace

const void* const plugins_table = &table;

}  // namespace parley::services
