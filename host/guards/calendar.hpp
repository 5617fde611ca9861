// Days as the operator counts them. Plain functions. [any thread]
#pragma once

#include <string>
#include <string_view>

#include "core/message.hpp"

namespace parley::guards {

struct Day {
    std::string name;     // "2026-11-21"; names sort in order of time
    UnixMillis ends = 0;  // when the next one begins
    std::string ends_at;  // for people: "00:00 (Europe/Berlin)"
};

// The day of a moment in a zone by its IANA name; empty, or one that the system does not know: the machine's zone.
Day day_of(UnixMillis moment, const std::string& zone);

// "3 h 12 min", "12 min", "1 min"; rounded up.
std::string time_left(UnixMillis from, UnixMillis to);

}  // namespace parley::guards
