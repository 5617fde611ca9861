// When to remind, as people write it: "2026-12-31 23:59", "tomorrow 9am", "in 10 minutes", "friday at noon". Pure:
// knows no clock but the local time it is given.
#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <vector>

#include "parley/clock.hpp"

namespace reminder {

// Either a span from now, exact whatever clocks do meanwhile, or a time on the wall.
struct When {
    std::optional<std::chrono::seconds> span;
    parley::LocalTime local;
};

// `now`: the sender's clock. A day without a time is that day at nine; a time without a day is the next such time.
// Throws parley::UserError with words for the user.
When parse_when(const std::vector<std::string>& words, const parley::LocalTime& now);

// "Thu 2026-12-31 23:59"
std::string time_text(const parley::LocalTime& time);

}  // namespace reminder
