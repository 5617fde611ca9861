#include "guards/calendar.hpp"

#include <absl/time/civil_time.h>
#include <absl/time/time.h>

#include <algorithm>

namespace parley::guards {

Day day_of(UnixMillis moment, const std::string& zone_name) {
    absl::TimeZone zone;
    if (zone_name.empty() || !absl::LoadTimeZone(zone_name, &zone)) zone = absl::LocalTimeZone();
    const auto today = absl::ToCivilDay(absl::FromUnixMillis(moment), zone);
    const auto ends = absl::FromCivil(today + 1, zone);
    return {absl::FormatCivilTime(today), absl::ToUnixMillis(ends),
            absl::FormatTime("%H:%M", ends, zone) + " (" + (zone_name.empty() ? zone.name() : zone_name) + ")"};
}

std::string time_left(UnixMillis from, UnixMillis to) {
    const auto minutes = std::max<UnixMillis>(1, (to - from + 59'999) / 60'000);
    const std::string rest = std::to_string(minutes % 60) + " min";
    return minutes < 60 ? rest : std::to_string(minutes / 60) + " h" + (minutes % 60 == 0 ? "" : " " + rest);
}

}  // namespace parley::guards
