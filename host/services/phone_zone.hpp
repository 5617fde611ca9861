// Time as a phone number's owner sees it: the zone of its country, and civil time in a zone.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>

#include "core/error.hpp"
#include "core/message.hpp"

namespace parley::services {

// [any thread] Countries come from libphonenumber, their zones from the system's tzdata (zone.tab). A country of
// several zones gives the one in which most of its people live, whatever the area code.
class PhoneZones {
public:
    PhoneZones();
    // IANA name, "UTC" when the number tells no country.
    std::string zone_of(std::string_view digits) const;

private:
    std::map<std::string, std::string, std::less<>> zone_of_region_;
};

struct LocalTime {
    int year = 1970, month = 1, day = 1;
    int hour = 0, minute = 0, second = 0;
    int weekday = 4;  // 0 Sunday
    int utc_offset_s = 0;
};

// Errc::not_found: no such zone.
Result<LocalTime> local_time(std::string_view zone, UnixMillis moment);
// Of a doubled hour the first, in a skipped hour the moment after the gap. Errc::invalid: no such date.
Result<UnixMillis> unix_time(std::string_view zone, const LocalTime& local);

}  // namespace parley::services
