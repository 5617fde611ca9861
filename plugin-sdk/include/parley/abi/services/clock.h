/* parley/abi/services/clock.h - "parley.clock/1", always granted: time as the sender sees it. */
#ifndef PARLEY_ABI_SERVICES_CLOCK_H
#define PARLEY_ABI_SERVICES_CLOCK_H

#include "../base.h"

#ifdef __cplusplus
extern "C" {
#endif

#define PARLEY_CLOCK "parley.clock/1"

typedef struct parley_local_time {
    uint32_t size;
    int32_t year, month, day;     /* 2026, 1..12, 1..31 */
    int32_t hour, minute, second; /* 0..23, 0..59, 0..60 */
    int32_t weekday;              /* 0 Sunday .. 6 Saturday */
    int32_t utc_offset_s;         /* seconds east of UTC */
} parley_local_time;

typedef struct parley_clock {
    uint32_t size;

    /* [any thread] Unix milliseconds, UTC. */
    int64_t (*now_ms)(parley_call* call);

    /* [hook thread] IANA name from the country of the phone number, e.g. "Asia/Karachi"; "UTC" when it has none. */
    parley_status (*sender_zone)(parley_call* call, parley_sink zone);

    /* [hook thread] PARLEY_NOT_FOUND: no such zone. */
    parley_status (*to_local)(parley_call* call, parley_str zone, int64_t unix_ms, parley_local_time* out);

    /* [hook thread] The other way; of a doubled hour the first, in a skipped hour the moment after the gap. */
    parley_status (*from_local)(parley_call* call, parley_str zone, const parley_local_time* local, int64_t* unix_ms);
} parley_clock;

#ifdef __cplusplus
}
#endif
#endif
