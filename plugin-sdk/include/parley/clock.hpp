// Time, also as the sender of the message sees it.
#pragma once

#include <algorithm>
#include <chrono>
#include <optional>
#include <string>
#include <string_view>

#include "abi/services/clock.h"
#include "detail/bridge.hpp"

namespace parley {

using Time = std::chrono::system_clock::time_point;

inline std::int64_t to_unix_ms(Time time) {
    return std::chrono::duration_cast<std::chrono::milliseconds>(time.time_since_epoch()).count();
}
// With libstdc++ a Time ends in 2262: what is beyond that becomes the last moment, or the first one, in 1677.
inline Time from_unix_ms(std::int64_t ms) {
    using std::chrono::milliseconds;
    constexpr auto last = std::chrono::floor<milliseconds>(Time::max().time_since_epoch());
    return Time(std::clamp(milliseconds(ms), -last, last));
}

struct LocalTime {
    int year = 1970, month = 1, day = 1;
    int hour = 0, minute = 0, second = 0;
    int weekday = 4;  // 0 Sunday .. 6 Saturday; not looked at by to_time()
    std::chrono::seconds utc_offset{0};
};

class Clock {
public:
    Clock(detail::Link link, const parley_clock* table) : link_(link), table_(table) {}

    Time now() const { return from_unix_ms(table_->now_ms(link_.call)); }

    // IANA name from the country of the sender's number, "UTC" when that does not tell.
    std::string sender_zone() const {
        detail::Collector zone;
        detail::check(link_, table_->sender_zone(link_.call, zone.sink()), "clock.sender_zone");
        return zone.text();
    }

    // Empty: no such zone.
    std::optional<LocalTime> to_local(Time time, std::string_view zone) const {
        parley_local_time raw{};
        raw.size = sizeof(raw);
        const auto status = table_->to_local(link_.call, detail::str(zone), to_unix_ms(time), &raw);
        if (!detail::found(link_, status, "clock.to_local")) return std::nullopt;
        return LocalTime{raw.year,   raw.month,  raw.day,     raw.hour,
                         raw.minute, raw.second, raw.weekday, std::chrono::seconds(raw.utc_offset_s)};
    }

    // Of a doubled hour the first, in a skipped hour the moment after the gap. Empty: no such zone.
    std::optional<Time> to_time(const LocalTime& local, std::string_view zone) const {
        parley_local_time raw{};
        raw.size = sizeof(raw);
        raw.year = local.year, raw.month = local.month, raw.day = local.day;
        raw.hour = local.hour, raw.minute = local.minute, raw.second = local.second;
        std::int64_t unix_ms = 0;
        const auto status = table_->from_local(link_.call, detail::str(zone), &raw, &unix_ms);
        if (!detail::found(link_, status, "clock.from_local")) return std::nullopt;
        return from_unix_ms(unix_ms);
    }

private:
    detail::Link link_;
    const parley_clock* table_;
};

}  // namespace parley
