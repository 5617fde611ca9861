/* parley/abi/base.h - the words every other ABI header uses.
 *
 * The ABI is plain C. It follows these rules, for ever:
 *   - No exception, no C++ type and no allocation crosses it. What one side allocates, it frees.
 *   - Strings are UTF-8 {pointer, length} pairs without a terminating NUL. They are borrowed: valid until the call they
 *     were passed to returns, unless the function says otherwise.
 *   - Results come back through a parley_sink, which copies what it wants to keep before it returns.
 *   - Every struct that may grow begins with `size`, its sizeof in the code that filled it. Fields are only appended; a
 *     reader treats a field beyond `size` as absent (zero).
 *   - Every service call could be sent over a socket: no side may rely on shared memory.
 */
#ifndef PARLEY_ABI_BASE_H
#define PARLEY_ABI_BASE_H

#include <stddef.h>
#include <stdint.h>

#include "version.h"

#ifdef __cplusplus
extern "C" {
#endif

/* UTF-8 text or raw bytes, not NUL-terminated. data may be NULL when size is 0. */
typedef struct parley_str {
    const char* data;
    size_t size;
} parley_str;

/* How a call went. Values are never reused; a receiver treats an unknown value as PARLEY_FAILED. */
typedef int32_t parley_status;
enum {
    PARLEY_OK = 0,
    PARLEY_FAILED = 1,         /* it did not work; parley_host.last_error says why */
    PARLEY_NOT_FOUND = 2,      /* no such key, user, setting or plugin */
    PARLEY_DENIED = 3,         /* the plugin or the sender may not do that */
    PARLEY_INVALID = 4,        /* an argument is malformed */
    PARLEY_TOO_LARGE = 5,      /* over a documented limit */
    PARLEY_NOT_CONFIGURED = 6, /* the operator has not set this service up */
    PARLEY_UNAVAILABLE = 7,    /* try again later: database or network away */
    PARLEY_TIMEOUT = 8,        /* the deadline passed */
    PARLEY_GONE = 9,           /* this handling was given up or the plugin is being retired */
    PARLEY_UNSUPPORTED = 10,   /* this host or channel cannot do that */
    PARLEY_SEND_HELP = 11,     /* returned by handle(): answer with the command's help, below what was reported */
    PARLEY_CONFIRM = 12        /* returned by handle() for a message with PARLEY_MESSAGE_UNCONFIRMED: the person is to
                                  agree first; after their yes it is called again, without that flag */
};

/* Takes results. put() may be called zero or more times during the call it was passed to, on the caller's thread. */
typedef struct parley_sink {
    void* user;
    void (*put)(void* user, parley_str value);
} parley_sink;

/* One handling of one message (or one run of another hook). Opaque; valid until the hook it was passed to returns, on
 * the thread that the hook was called on. On another one, which the hook has to wait for, there are parley_log.write
 * and parley_clock.now_ms; everything else answers PARLEY_INVALID. After the deadline every service answers
 * PARLEY_GONE. */
typedef struct parley_call parley_call;

#ifdef __cplusplus
}
#endif
#endif
