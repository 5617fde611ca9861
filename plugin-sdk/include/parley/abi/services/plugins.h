/* parley/abi/services/plugins.h - "parley.plugins/1", capability "plugins": the plugin runtime's controls, for admin
 * commands. */
#ifndef PARLEY_ABI_SERVICES_PLUGINS_H
#define PARLEY_ABI_SERVICES_PLUGINS_H

#include "../base.h"

#ifdef __cplusplus
extern "C" {
#endif

#define PARLEY_PLUGINS "parley.plugins/1"

/* Changes are queued: they begin after the handling that asked for them is committed, so that a plugin may reload
 * itself. The outcome is told in the chat that asked. All answer PARLEY_DENIED unless the sender is an admin. */
typedef struct parley_plugins {
    uint32_t size;

    /* [hook thread] One JSON object a plugin: {"id","version","state","generation","commands":[],"capabilities":[],
     * "file","loaded_at","calls","failures","error"}. `id` empty: all, sorted; else that one or PARLEY_NOT_FOUND. */
    parley_status (*list)(parley_call* call, parley_str id, parley_sink json);

    /* [hook thread] action: "load" (id names a file in the plugins directory), "reload", "unload", "enable", "disable".
     * Joins the effects. PARLEY_NOT_FOUND: no such plugin or file; PARLEY_INVALID: no such action. */
    parley_status (*request)(parley_call* call, parley_str action, parley_str id);
} parley_plugins;

#ifdef __cplusplus
}
#endif
#endif
