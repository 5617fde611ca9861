#include "channels/timestamp.hpp"

#include <algorithm>
#include <charconv>
#include <chrono>
#include <ctime>
#include <iomanip>
#include <locale>
#include <sstream>

#include "core/text.hpp"

namespace parley::channels {

namespace {

// Takes fixed-width fields off the front of a text; after the first mismatch nothing matches any more.
class Scanner {
public:
    explicit Scanner(std::string_view text) : rest_(text) {}

    int number(std::size_t digits) {
        int value = 0;
        const std::string_view field = rest_.substr(0, digits);
        if (field.size() != digits || !text::is_digits(field)) return fail();
        std::from_chars(field.data(), field.data() + digits, value);
        rest_.remove_prefix(digits);
        return value;
    }
    char one_of(std::string_view allowed) {
        if (rest_.empty() || allowed.find(rest_.front()) == std::string_view::npos) return static_cast<char>(fail());
        const char c = rest_.front();
        rest_.remove_prefix(1);
        return c;
    }
    // ".5" or ".123456789" as milliseconds; 0 when there is no fraction.
    int fraction_ms() {
        if (rest_.empty() || rest_.front() != '.') return 0;
        rest_.remove_prefix(1);
        int ms = 0, weight = 100;
        std::size_t digits = 0;
        for (; digits < rest_.size() && rest_[digits] >= '0' && rest_[digits] <= '9'; ++digits, weight /= 10) {
            ms += (rest_[digits] - '0') * weight;
        }
        rest_.remove_prefix(digits);
        return digits > 0 ? ms : fail();
    }
    bool finished() const { return ok_ && rest_.empty(); }

private:
    int fail() {
        ok_ = false;
        rest_ = {};
        return 0;
    }
    std::string_view rest_;
    bool ok_ = true;
};

// From here on a Unix number must be milliseconds: as seconds it would lie in the year 5138.
constexpr std::int64_t kFirstMilliseconds = 100'000'000'000;

std::optional<UnixMillis> from_unix(std::int64_t number) {
    if (number <= 0 || number >= kFirstMilliseconds * 1000) return std::nullopt;
    return number < kFirstMilliseconds ? number * 1000 : number;
}

}  // namespace

std::optional<UnixMillis> parse_rfc3339(std::string_view text) {
    Scanner scan(text);
    const int year = scan.number(4);
    scan.one_of("-");
    const int month = scan.number(2);
    scan.one_of("-");
    const int day = scan.number(2);
    scan.one_of("Tt ");
    const int hour = scan.number(2);
    scan.one_of(":");
    const int minute = scan.number(2);
    scan.one_of(":");
    const int second = scan.number(2);
    const int ms = scan.fraction_ms();
    const char zone = scan.one_of("Zz+-");
    int offset_minutes = 0;
    if (zone == '+' || zone == '-') {
        offset_minutes = scan.number(2) * 60;
        scan.one_of(":");
        offset_minutes += scan.number(2);
        if (zone == '-') offset_minutes = -offset_minutes;
    }
    if (!scan.finished() || hour > 23 || minute > 59 || second > 60) return std::nullopt;

    using namespace std::chrono;
    const year_month_day date{std::chrono::year(year), std::chrono::month(static_cast<unsigned>(month)),
                              std::chrono::day(static_cast<unsigned>(day))};
    if (!date.ok()) return std::nullopt;
    const std::int64_t days = sys_days(date).time_since_epoch().count();
    return ((days * 24 + hour) * 60 + minute - offset_minutes) * 60'000 + second * 1000 + ms;
}

std::optional<UnixMillis> read_timestamp(const JsonReader& field) {
    if (!field.is_string()) return from_unix(field.int_or(0));
    const std::string_view text = field.view_or("");
    if (text::is_digits(text) && text.size() <= 15) {
        std::int64_t number = 0;
        std::from_chars(text.data(), text.data() + text.size(), number);
        return from_unix(number);
    }
    const std::optional<UnixMillis> time = parse_rfc3339(text);
    return time && *time > 0 ? time : std::nullopt;  // "0001-01-01T00:00:00Z" is Go's way to say "not set"
}

std::optional<UnixMillis> parse_http_date(std::string_view text) {
    text = text::trim(text);
    if (const std::size_t comma = text.find(','); comma != std::string_view::npos)
        text = text::trim(text.substr(comma + 1));
    std::tm date{};
    std::istringstream in{std::string(text)};
    in.imbue(std::locale::classic());
    std::string zone, more;
    in >> std::get_time(&date, "%d %b %Y %H:%M:%S") >> zone;
    if (in.fail() || in >> more) return std::nullopt;
    int offset_minutes = 0;
    if (zone.size() == 5 && (zone[0] == '+' || zone[0] == '-') && text::is_digits(zone.substr(1))) {
        const int number = std::stoi(zone.substr(1));
        offset_minutes = (number / 100 * 60 + number % 100) * (zone[0] == '-' ? -1 : 1);
    } else if (zone != "GMT" && zone != "UTC") {
        return std::nullopt;
    }
    return (static_cast<std::int64_t>(timegm(&date)) - offset_minutes * 60) * 1000;
}

int retry_after_ms(std::string_view field, UnixMillis now) {
    constexpr std::int64_t kMax = 15 * 60 * 1000;
    field = text::trim(field);
    std::int64_t ms = 0;
    if (text::is_digits(field)) {
        // Too many digits leave `seconds` as it is: as long as it may be.
        std::int64_t seconds = kMax;
        std::from_chars(field.data(), field.data() + field.size(), seconds);
        ms = std::min(seconds, kMax) * 1000;
    } else if (const std::optional<UnixMillis> date = parse_http_date(field)) {
        ms = *date - now;
    }
    return static_cast<int>(std::clamp<std::int64_t>(ms, 0, kMax));
}

}  // namespace parley::channels
