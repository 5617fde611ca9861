#include "parley/abi/services/clock.h"

#include "core/ids.hpp"
#include "services/table.hpp"

namespace parley::services {
namespace {

std::int64_t now_ms(parley_call*) {
    return unix_now();
}

parley_status sender_zone(parley_call* call, parley_sink zone) {
    return guarded(call, [&]() -> parley_status {
        const auto* message = call->state.message;
        put(zone, message ? call->services.with().zones.zone_of(message->sender) : std::string("UTC"));
        return PARLEY_OK;
    });
}

parley_status to_local(parley_call* call, parley_str zone, std::int64_t unix_ms, parley_local_time* out) {
    return guarded(call, [&]() -> parley_status {
        if (!out) return call->fail(PARLEY_INVALID, "nowhere to put the time");
        const auto local = local_time(view(zone), unix_ms);
        if (!local) return call->fail(to_status(local.error().code), local.error().message);
        out->year = local->year;
        out->month = local->month;
        out->day = local->day;
        out->hour = local->hour;
        out->minute = local->minute;
        out->second = local->second;
        out->weekday = local->weekday;
        out->utc_offset_s = local->utc_offset_s;
        return PARLEY_OK;
    });
}

parley_status from_local(parley_call* call, parley_str zone, const parley_local_time* given, std::int64_t* unix_ms) {
    return guarded(call, [&]() -> parley_status {
        if (!given || !unix_ms) return call->fail(PARLEY_INVALID, "no time given");
        LocalTime local;
        local.year = given->year;
        local.month = given->month;
        local.day = given->day;
        local.hour = given->hour;
        local.minute = given->minute;
        local.second = given->second;
        const auto moment = unix_time(view(zone), local);
        if (!moment) return call->fail(to_status(moment.error().code), moment.error().message);
        *unix_ms = *moment;
        return PARLEY_OK;
    });
}

constexpr parley_clock table{sizeof(parley_clock), now_ms, sender_zone, to_local, from_local};

}  // namespace

const void* const clock_table = &table;

}  // namespace parley::services
