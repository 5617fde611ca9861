/* parley/abi/services/settings.h - "parley.settings/1", capability "settings" (read) and "settings.write". */
#ifndef PARLEY_ABI_SERVICES_SETTINGS_H
#define PARLEY_ABI_SERVICES_SETTINGS_H

#include "../base.h"

#ifdef __cplusplus
extern "C" {
#endif

#define PARLEY_SETTINGS "parley.settings/1"

/* Settings are what admins change while the host runs, by the names of the environment variables in lower case:
 * admin_ids, blacklist_ids, admin_command_prefix, ... Lists are comma separated. */
typedef struct parley_settings {
    uint32_t size;

    /* [hook thread] PARLEY_NOT_FOUND: no such setting. Secrets come back masked ("sk-...9f2a"). */
    parley_status (*get)(parley_call* call, parley_str name, parley_sink value);

    /* [hook thread] Joins the effects. PARLEY_DENIED without the capability "settings.write" or when the sender is not
     * an admin; PARLEY_NOT_FOUND: no such setting; PARLEY_INVALID: not a value it can take, last_error says why. */
    parley_status (*set)(parley_call* call, parley_str name, parley_str value);

    /* [hook thread] Puts name, value, name, value, ... in alphabetical order; secrets masked. */
    parley_status (*list)(parley_call* call, parley_sink pairs);
} parley_settings;

#ifdef __cplusplus
}
#endif
#endif
