// What repeats: recurrence rules of RFC 5545 ("FREQ=WEEKLY;BYDAY=MO,FR"), over libical. They are counted on the wall
// clock; what that means in UTC is the caller's to say, day by day, so that nine o'clock stays nine o'clock.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "parley/clock.hpp"

namespace reminder {

// The rule in its normal form: upper case, without "RRULE:", an UNTIL in UTC turned into local time by `to_local`. Also
// takes the words hourly, daily, weekdays, weekly, monthly and yearly. Throws parley::UserError for what is no rule,
// and for one that would come more often than once an hour.
std::string read_rule(std::string_view text, const std::function<parley::LocalTime(parley::Time)>& to_local);

// The first moment after `after` at which the rule, begun at `start`, comes round; empty: never again. `to_time` turns
// local times into moments. Gives up after 1,000 occurrences.
std::optional<parley::Time> next_time(const std::string& rule, const parley::LocalTime& start,
                                      const parley::LocalTime& after_local, parley::Time after,
                                      const std::function<parley::Time(const parley::LocalTime&)>& to_time);

}  // namespace reminder
