// Whatever is asked of the reminder plugin, it reads a time and a rule or says why not, and comes to an end with it.
// The first line is a rule, the rest a time.
#include <algorithm>

#include "../../../plugins/reminder/recurrence.hpp"
#include "../../../plugins/reminder/when.hpp"
#include "parley/errors.hpp"
#include "parley/words.hpp"
#include "support/fuzz.hpp"

namespace {

using parley::LocalTime;
using parley::Time;
using parley::test::must;
using namespace std::chrono;

// The clock on the wall shows UTC.
LocalTime to_local(Time time) {
    const auto day = floor<days>(time);
    const year_month_day date(day);
    const hh_mm_ss clock(floor<seconds>(time) - day);
    LocalTime local;
    local.year = int(date.year());
    local.month = int(unsigned(date.month()));
    local.day = int(unsigned(date.day()));
    local.hour = int(clock.hours().count());
    local.minute = int(clock.minutes().count());
    local.second = int(clock.seconds().count());
    local.weekday = int(weekday(day).c_encoding());
    return local;
}

Time to_time(const LocalTime& local) {
    const sys_time<milliseconds> time = sys_days(year(local.year) / local.month / local.day) + hours(local.hour) +
                                        minutes(local.minute) + seconds(local.second);
    return parley::from_unix_ms(time.time_since_epoch().count());
}

const Time now = sys_days(year(2026) / 11 / 21) + hours(10);

void read_rule(std::string_view text) {
    try {
        const auto rule = reminder::read_rule(text, to_local);
        must(reminder::read_rule(rule, to_local) == rule);
        const auto after = now + days(40);
        if (const auto next = reminder::next_time(rule, to_local(now), to_local(after), after, to_time))
            must(*next > after);
    } catch (const parley::UserError&) {
        // The user is told.
    }
}

void read_time(std::string_view text) {
    try {
        const auto when = reminder::parse_when(parley::split(text), to_local(now));
        if (when.span) return;
        const auto& local = when.local;
        must(local.year >= 0 && local.year <= 9999 && (year(local.year) / local.month / local.day).ok());
        must(local.hour >= 0 && local.hour < 24 && local.minute >= 0 && local.minute < 60);
        must(reminder::time_text(local).size() == 20);
    } catch (const parley::UserError&) {
        // The user is told.
    }
}

void run(std::string_view bytes) {
    const auto line = std::min(bytes.find('\n'), bytes.size());
    read_rule(bytes.substr(0, line));
    read_time(bytes.substr(std::min(line + 1, bytes.size())));
}

}  // namespace

const parley::test::FuzzTarget parley::test::fuzz_target{
    run,
    {"FREQ=WEEKLY;BYDAY=MO,FR\n2026-12-31 23:59", "weekdays\ntomorrow 9am", "FREQ=MONTHLY;BYDAY=-1FR\nin 10 minutes",
     "FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=29\nfriday at noon",
     "RRULE:FREQ=DAILY;UNTIL=20261231T235959Z\nin 2 days 3 hours",
     "FREQ=MONTHLY;BYSETPOS=-1;BYDAY=MO,TU\nnext monday 9:30 pm"},
    {"FREQ=",  "HOURLY",  "DAILY",   "WEEKLY",      "MONTHLY",    "YEARLY",     ";",          "INTERVAL=",
     "COUNT=", "UNTIL=",  "BYDAY=",  "BYMONTHDAY=", "BYYEARDAY=", "BYWEEKNO=",  "BYMONTH=",   "BYSETPOS=",
     "WKST=",  "BYHOUR=", "-1",      "53",          "366",        "99999999",   "SU",         "\n",
     " in ",   "100000",  " weeks ", " hours",      "midnight",   "0000-01-01", "9999-12-31", "am"},
    1'000};
