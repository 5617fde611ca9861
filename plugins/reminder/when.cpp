#include "when.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <cstdio>
#include <string_view>

#include "parley/errors.hpp"
#include "parley/text.hpp"

namespace reminder {

namespace {

using std::chrono::days;
using std::chrono::seconds;
using std::chrono::sys_days;

constexpr seconds nine{9 * 3600};
constexpr days farthest{200 * 366};  // a parley::Time ends in 2262
constexpr std::array<std::string_view, 7> weekdays{"sunday",   "monday", "tuesday", "wednesday",
                                                   "thursday", "friday", "saturday"};

[[noreturn]] void not_understood(const std::string& word) {
    throw parley::UserError("I do not understand `" + word +
                            "` as a date or time. Write for example `2026-12-31 23:59`, `tomorrow 9am`, `friday noon` "
                            "or `in 10 minutes`.");
}

[[noreturn]] void too_far() {
    throw parley::UserError("That is too far away.");
}

// All of `text` as a whole number; empty when it is none.
std::optional<int> number(std::string_view text) {
    int value = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (text.empty() || error != std::errc() || end != text.data() + text.size() || value < 0) return std::nullopt;
    return value;
}

std::string plain(const std::string& typed) {
    auto word = parley::lower(typed);
    while (!word.empty() && (word.back() == ',' || word.back() == '.')) word.pop_back();
    return word;
}

sys_days day_of(const parley::LocalTime& time) {
    return sys_days(std::chrono::year(time.year) / time.month / time.day);
}

// "2026-12-31"
std::optional<sys_days> date(std::string_view word) {
    if (word.size() != 10 || word[4] != '-' || word[7] != '-') return std::nullopt;
    const auto year = number(word.substr(0, 4)), month = number(word.substr(5, 2)), day = number(word.substr(8, 2));
    if (!year || !month || !day) return std::nullopt;
    const auto date = std::chrono::year(*year) / *month / *day;
    if (!date.ok()) throw parley::UserError("There is no day `" + std::string(word) + "`.");
    return sys_days(date);
}

// 0 Sunday .. 6 Saturday, from the whole name or its first letters, three at least.
std::optional<int> weekday(std::string_view word) {
    for (std::size_t i = 0; i < weekdays.size(); ++i) {
        if (word.size() >= 3 && weekdays[i].substr(0, word.size()) == word) return static_cast<int>(i);
    }
    return std::nullopt;
}

// "23:59", "9am", "9:30pm", "noon": since midnight.
std::optional<seconds> time_of_day(std::string_view word) {
    if (word == "noon") return seconds(12 * 3600);
    if (word == "midnight") return seconds(0);
    const bool am = word.ends_with("am"), pm = word.ends_with("pm");
    if (am || pm) word.remove_suffix(2);
    const auto colon = word.find(':');
    auto hour = number(word.substr(0, colon));
    const auto minute = colon == std::string_view::npos ? std::optional(0) : number(word.substr(colon + 1));
    if (!hour || !minute || *minute > 59 || (colon == std::string_view::npos && !am && !pm)) return std::nullopt;
    if (am || pm) {
        if (*hour < 1 || *hour > 12) return std::nullopt;
        hour = *hour % 12 + (pm ? 12 : 0);
    }
    if (*hour > 23) return std::nullopt;
    return seconds(*hour * 3600 + *minute * 60);
}

std::optional<seconds> unit(std::string_view word) {
    if (word.size() > 1 && word.back() == 's') word.remove_suffix(1);
    if (word == "minute" || word == "min" || word == "m") return seconds(60);
    if (word == "hour" || word == "hr" || word == "h") return seconds(3600);
    if (word == "day" || word == "d") return seconds(86'400);
    if (word == "week" || word == "w") return seconds(7 * 86'400);
    return std::nullopt;
}

// What the words have said so far.
struct Reading {
    std::optional<sys_days> day;
    std::optional<seconds> time;
    seconds span{0};
    bool has_span = false;
};

// "in 10 minutes", "in an hour", "in 2 days 3 hours"; `at` stands behind "in". Days and weeks are counted on the
// calendar, so that a change of the clocks does not move the time.
void read_span(const std::vector<std::string>& words, std::size_t& at, const parley::LocalTime& now, Reading& reading) {
    bool any = false;
    while (at + 1 < words.size()) {
        const bool one = words[at] == "a" || words[at] == "an" || words[at] == "one";
        const auto count = one ? std::optional(1) : number(words[at]);
        const auto length = unit(words[at + 1]);
        if (!count || !length) break;
        if (*count > 100'000) too_far();
        if (*length >= seconds(86'400)) {
            reading.day = reading.day.value_or(day_of(now)) + days(*count * (length->count() / 86'400));
        } else {
            reading.span += *length * *count;
            reading.has_span = true;
        }
        at += 2;
        any = true;
    }
    if (!any) not_understood(at < words.size() ? "in " + words[at] : "in");
}

void read_word(const std::vector<std::string>& words, std::size_t& at, const parley::LocalTime& now, Reading& reading) {
    const auto& word = words[at++];
    const auto today = day_of(now);
    if (word.empty() || word == "at" || word == "on" || word == "next" || word == "today") {
        if (word == "today") reading.day = today;
    } else if (word == "in") {
        read_span(words, at, now, reading);
    } else if (word == "tomorrow") {
        reading.day = today + days(1);
    } else if (const auto name = weekday(word)) {
        reading.day = today + days((*name - now.weekday + 6) % 7 + 1);
    } else if (const auto given = date(word)) {
        reading.day = *given;
    } else if (const bool two = at < words.size() && (words[at] == "am" || words[at] == "pm");
               const auto time = time_of_day(two ? word + words[at] : word)) {
        reading.time = *time;
        if (two) ++at;
    } else {
        not_understood(word);
    }
}

parley::LocalTime at_time(sys_days day, seconds time) {
    const std::chrono::year_month_day date(day);
    parley::LocalTime local;
    local.year = static_cast<int>(date.year());
    local.month = static_cast<int>(static_cast<unsigned>(date.month()));
    local.day = static_cast<int>(static_cast<unsigned>(date.day()));
    local.hour = static_cast<int>(time.count() / 3600);
    local.minute = static_cast<int>(time.count() / 60 % 60);
    local.second = static_cast<int>(time.count() % 60);
    local.weekday = static_cast<int>(std::chrono::weekday(day).c_encoding());
    return local;
}

}  // namespace

When parse_when(const std::vector<std::string>& typed, const parley::LocalTime& now) {
    std::vector<std::string> words;
    words.reserve(typed.size());
    for (const auto& word : typed) words.push_back(plain(word));
    Reading reading;
    for (std::size_t at = 0; at < words.size();) read_word(words, at, now, reading);
    if (reading.span > farthest || reading.day.value_or(day_of(now)) - day_of(now) > farthest) too_far();

    const seconds clock(now.hour * 3600 + now.minute * 60 + now.second);
    if (reading.has_span) {
        if (reading.time) throw parley::UserError("Give either a time or how long from now, not both.");
        if (!reading.day) return {reading.span, {}};
        const auto total = clock + reading.span;
        const auto over = std::chrono::floor<days>(total);
        return {std::nullopt, at_time(*reading.day + over, total - over)};
    }
    if (!reading.day && !reading.time) throw parley::UserError("When? Give a date with -d or a time with -t.");
    if (reading.day && !reading.time) {
        const bool counted = std::find(words.begin(), words.end(), "in") != words.end();
        return {std::nullopt, at_time(*reading.day, counted ? clock : nine)};
    }
    const bool passed = *reading.time <= clock;
    const auto day = reading.day.value_or(day_of(now) + days(passed ? 1 : 0));
    return {std::nullopt, at_time(day, *reading.time)};
}

std::string time_text(const parley::LocalTime& time) {
    std::string name(weekdays[static_cast<std::size_t>(time.weekday % 7)].substr(0, 3));
    name[0] = static_cast<char>(name[0] - 'a' + 'A');
    char text[48];
    std::snprintf(text, sizeof(text), " %04d-%02d-%02d %02d:%02d", time.year, time.month, time.day, time.hour,
                  time.minute);
    return name + text;
}

}  // namespace reminder
