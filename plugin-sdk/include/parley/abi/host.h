/* parley/abi/host.h - what a plugin may ask of its host. */
#ifndef PARLEY_ABI_HOST_H
#define PARLEY_ABI_HOST_H

#include "base.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef struct parley_host {
    uint32_t size;
    uint16_t abi_major;
    uint16_t abi_minor;
    parley_str version; /* of the host program, for logs */
    void* context;      /* the host's; hand it back unchanged */

    /* [any thread] A service's function table by name and revision, e.g. "parley.messaging/1" (see services/), or NULL
     * when this host does not have it or the plugin was not granted it. The table lives as long as the plugin. */
    const void* (*service)(void* context, parley_str name);

    /* [the hook's thread] Explain in words the status that the running hook is about to return. Shown to admins; for
     * PARLEY_INVALID and PARLEY_SEND_HELP to the user. */
    void (*report)(parley_call* call, parley_str text);

    /* [the hook's thread] The reason for the last service call of this parley_call that did not return PARLEY_OK. */
    void (*last_error)(parley_call* call, parley_sink text);
} parley_host;

#ifdef __cplusplus
}
#endif
#endif
