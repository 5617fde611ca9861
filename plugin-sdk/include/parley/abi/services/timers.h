/* parley/abi/services/timers.h - "parley.timers/1", capability "timers": be called later. */
#ifndef PARLEY_ABI_SERVICES_TIMERS_H
#define PARLEY_ABI_SERVICES_TIMERS_H

#include "../base.h"

#ifdef __cplusplus
extern "C" {
#endif

#define PARLEY_TIMERS "parley.timers/1"

/* Timers live in the database: they survive restarts and reloads and fire once. They belong to plugin and chat. */
typedef struct parley_timers {
    uint32_t size;

    /* [hook thread] Set or move the timer `name` (1 to 128 bytes) of this chat. due_ms: Unix milliseconds, UTC; in the
     * past means at once. payload: a JSON text, at most 64 KiB. Joins the effects. */
    parley_status (*set)(parley_call* call, parley_str name, int64_t due_ms, parley_str payload);

    /* [hook thread] Cancelling what is not set is fine. Joins the effects. */
    parley_status (*cancel)(parley_call* call, parley_str name);

    /* [hook thread, may block] Puts one JSON object a timer of this chat: {"name","due_ms","payload"}, by due time. */
    parley_status (*list)(parley_call* call, parley_sink json);
} parley_timers;

#ifdef __cplusplus
}
#endif
#endif
