#include "recurrence.hpp"

#include <libical/ical.h>

#include <algorithm>
#include <array>
#include <cstdio>
#include <future>
#include <memory>
#include <set>
#include <vector>

#include "parley/errors.hpp"

namespace reminder {

namespace {

constexpr int most_occurrences = 1'000;
constexpr std::size_t longest_rule = 256;

struct Word {
    std::string_view word, rule;
};
constexpr std::array<Word, 6> words{{{"HOURLY", "FREQ=HOURLY"},
                                     {"DAILY", "FREQ=DAILY"},
                                     {"WEEKDAYS", "FREQ=WEEKLY;BYDAY=MO,TU,WE,TH,FR"},
                                     {"WEEKLY", "FREQ=WEEKLY"},
                                     {"MONTHLY", "FREQ=MONTHLY"},
                                     {"YEARLY", "FREQ=YEARLY"}}};

struct Part {
    std::string name, value;
};

[[noreturn]] void no_rule(const std::string& text) {
    throw parley::UserError("`" + text + "` is no rule for repeating. Write for example `daily`, `weekdays` or " +
                            "`FREQ=WEEKLY;BYDAY=MO,FR`.");
}

std::string upper(std::string_view text) {
    std::string result;
    for (const char c : text) {
        if (c == ' ' || c == '\t' || c == '\n') continue;
        result += c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c;
    }
    return result;
}

std::vector<Part> split(const std::string& rule) {
    std::vector<Part> parts;
    for (std::size_t from = 0; from < rule.size();) {
        const auto end = std::min(rule.find(';', from), rule.size());
        const auto equals = rule.find('=', from);
        if (equals >= end || equals == from || equals + 1 == end) no_rule(rule);
        parts.push_back({rule.substr(from, equals - from), rule.substr(equals + 1, end - equals - 1)});
        from = end + 1;
    }
    return parts;
}

// "20261231T235959Z" as a moment; empty when it is not written so.
std::optional<parley::Time> utc_time(const std::string& text) {
    int year = 0, month = 0, day = 0, hour = 0, minute = 0, second = 0, length = 0;
    const int read =
        std::sscanf(text.c_str(), "%4d%2d%2dT%2d%2d%2dZ%n", &year, &month, &day, &hour, &minute, &second, &length);
    const auto date = std::chrono::year(year) / month / day;
    if (read != 6 || length != static_cast<int>(text.size()) || !date.ok() || hour > 23 || minute > 59 || second > 60)
        return std::nullopt;
    const std::chrono::sys_time<std::chrono::milliseconds> moment =
        std::chrono::sys_days(date) + std::chrono::hours(hour) + std::chrono::minutes(minute) +
        std::chrono::seconds(second);
    return parley::from_unix_ms(moment.time_since_epoch().count());  // "until 9999" is for ever
}

std::string local_text(const parley::LocalTime& time) {
    char text[64];
    std::snprintf(text, sizeof(text), "%04d%02d%02dT%02d%02d%02d", time.year, time.month, time.day, time.hour,
                  time.minute, time.second);
    return text;
}

// Only what libical counts through in no time: a rule that matches nothing is searched for centuries.
void check_parts(const std::vector<Part>& parts, const std::string& rule) {
    static const std::set<std::string, std::less<>> known{"FREQ",    "INTERVAL",   "COUNT",     "UNTIL",
                                                          "BYDAY",   "BYMONTHDAY", "BYYEARDAY", "BYWEEKNO",
                                                          "BYMONTH", "BYSETPOS",   "WKST",      "BYHOUR"};
    static const std::set<std::string, std::less<>> hourly{"FREQ", "INTERVAL", "COUNT", "UNTIL", "BYDAY", "WKST"};
    std::set<std::string> seen;
    std::string frequency;
    for (const auto& part : parts) {
        if (part.name == "FREQ") frequency = part.value;
        if (part.name == "BYMINUTE" || part.name == "BYSECOND")
            throw parley::UserError("A reminder can repeat once an hour at most, so " + part.name + " is not taken.");
        if (known.count(part.name) == 0 || !seen.insert(part.name).second) no_rule(rule);
    }
    if (frequency == "MINUTELY" || frequency == "SECONDLY")
        throw parley::UserError("A reminder can repeat once an hour at most.");
    if (seen.count("COUNT") > 0 && seen.count("UNTIL") > 0)
        throw parley::UserError("A rule has either COUNT or UNTIL, not both.");
    for (const auto& name : seen) {
        if (frequency == "HOURLY" && hourly.count(name) == 0)
            throw parley::UserError("With FREQ=HOURLY, " + name + " is not taken. Use FREQ=DAILY with BYHOUR.");
    }
}

icaltimetype to_ical(const parley::LocalTime& time) {
    auto ical = icaltime_null_time();
    ical.year = time.year, ical.month = time.month, ical.day = time.day;
    ical.hour = time.hour, ical.minute = time.minute, ical.second = time.second;
    return ical;
}

parley::LocalTime from_ical(const icaltimetype& ical) {
    parley::LocalTime time;
    time.year = ical.year, time.month = ical.month, time.day = ical.day;
    time.hour = ical.hour, time.minute = ical.minute, time.second = ical.second;
    return time;
}

// libical keeps its errno in thread storage with a destructor of its own. On a host's thread that would be run when
// libical has left with this plugin; so it gets a thread that ends here.
template <class Work>
auto on_own_thread(Work work) {
    return std::async(std::launch::async, std::move(work)).get();
}

struct Closer {
    void operator()(icalrecur_iterator* iterator) const { icalrecur_iterator_free(iterator); }
};
using Iterator = std::unique_ptr<icalrecur_iterator, Closer>;

// The next occurrences, from some hours before `near` on: enough to find the one that is next in UTC as well, whatever
// clocks do meanwhile.
std::vector<parley::LocalTime> occurrences(const std::string& rule, const parley::LocalTime& start,
                                           const parley::LocalTime& near) {
    std::vector<parley::LocalTime> found;
    const auto recurrence = icalrecurrencetype_from_string(rule.c_str());
    if (recurrence.freq == ICAL_NO_RECURRENCE) return found;
    const auto first = to_ical(start);
    const Iterator iterator(icalrecur_iterator_new(recurrence, first));
    if (!iterator) return found;
    auto from = to_ical(near);
    icaltime_adjust(&from, 0, -3, 0, 0);
    // What is long past need not be counted, unless there is a COUNT.
    if (recurrence.count == 0 && icaltime_compare(from, first) > 0) icalrecur_iterator_set_start(iterator.get(), from);
    for (int i = 0; i < most_occurrences && found.size() < 8; ++i) {
        const auto next = icalrecur_iterator_next(iterator.get());
        if (icaltime_is_null_time(next)) break;
        if (icaltime_compare(next, from) >= 0) found.push_back(from_ical(next));
    }
    return found;
}

}  // namespace

std::string read_rule(std::string_view text, const std::function<parley::LocalTime(parley::Time)>& to_local) {
    if (text.size() > longest_rule) throw parley::UserError("A rule has at most 256 characters.");
    auto rule = upper(text);
    if (rule.starts_with("RRULE:")) rule.erase(0, 6);
    for (const auto& known : words) {
        if (rule == known.word) rule = known.rule;
    }
    auto parts = split(rule);
    if (parts.empty()) no_rule(std::string(text));
    check_parts(parts, rule);
    std::string normal;
    for (auto& part : parts) {
        if (part.name == "UNTIL") {
            if (const auto moment = utc_time(part.value)) part.value = local_text(to_local(*moment));
        }
        normal += (normal.empty() ? "" : ";") + part.name + "=" + part.value;
    }
    const auto read = on_own_thread([&] { return icalrecurrencetype_from_string(normal.c_str()); });
    if (read.freq == ICAL_NO_RECURRENCE) no_rule(rule);
    if (read.count > most_occurrences) throw parley::UserError("A reminder can repeat at most 1,000 times.");
    return normal;
}

std::optional<parley::Time> next_time(const std::string& rule, const parley::LocalTime& start,
                                      const parley::LocalTime& after_local, parley::Time after,
                                      const std::function<parley::Time(const parley::LocalTime&)>& to_time) {
    const auto found = on_own_thread([&] { return occurrences(rule, start, after_local); });
    for (const auto& local : found) {
        const auto time = to_time(local);
        if (time > after) return time;
    }
    return std::nullopt;
}

}  // namespace reminder
