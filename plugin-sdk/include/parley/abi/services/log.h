/* parley/abi/services/log.h - "parley.log/1", always granted: the host's log, with the message's trace id. */
#ifndef PARLEY_ABI_SERVICES_LOG_H
#define PARLEY_ABI_SERVICES_LOG_H

#include "../base.h"

#ifdef __cplusplus
extern "C" {
#endif

#define PARLEY_LOG "parley.log/1"

enum { PARLEY_LOG_DEBUG = 0, PARLEY_LOG_INFO = 1, PARLEY_LOG_WARN = 2, PARLEY_LOG_ERROR = 3 };

typedef struct parley_log {
    uint32_t size;

    /* [any thread while call is valid] One line, at most 4 KiB; control characters are escaped. */
    void (*write)(parley_call* call, int32_t level, parley_str text);
} parley_log;

#ifdef __cplusplus
}
#endif
#endif
