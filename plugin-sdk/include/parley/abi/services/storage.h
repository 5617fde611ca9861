/* parley/abi/services/storage.h - "parley.storage/1", capability "storage": JSON values by key, private to the plugin.
 */
#ifndef PARLEY_ABI_SERVICES_STORAGE_H
#define PARLEY_ABI_SERVICES_STORAGE_H

#include "../base.h"

#ifdef __cplusplus
extern "C" {
#endif

#define PARLEY_STORAGE "parley.storage/1"

/* Keys: 1 to 512 bytes of UTF-8. Values: one JSON text, at most 1 MiB.
 * Writes join the effects: they are committed together with the replies or not at all. A handling sees its own writes.
 * If another handling changed a key between this one reading and writing it, this one is run again from the start
 * (PARLEY_MESSAGE_REPLAYED is not set), so read-modify-write is safe without locks. */
typedef struct parley_storage {
    uint32_t size;

    /* [hook thread, may block] PARLEY_NOT_FOUND when there is none. */
    parley_status (*get)(parley_call* call, parley_str key, parley_sink value);

    /* [hook thread] PARLEY_INVALID: key or JSON malformed. */
    parley_status (*put)(parley_call* call, parley_str key, parley_str json);

    /* [hook thread] Removing what is not there is fine. */
    parley_status (*remove)(parley_call* call, parley_str key);

    /* [hook thread, may block] Puts key, value, key, value, ... in ascending byte order of keys that begin with
     * `prefix` and are greater than `after` (empty: from the start), at most `limit` pairs (0 or more than 1,000:
     * 1,000). */
    parley_status (*list)(parley_call* call, parley_str prefix, parley_str after, uint32_t limit, parley_sink pairs);
} parley_storage;

#ifdef __cplusplus
}
#endif
#endif
