#include "services/phone_zone.hpp"

#include <absl/time/time.h>
#include <phonenumbers/phonenumberutil.h>

#include <algorithm>
#include <array>
#include <fstream>
#include <sstream>

namespace parley::services {
namespace {

Result<absl::TimeZone> load_zone(std::string_view name) {
    absl::TimeZone zone;
    if (name.empty() || name.front() == '/' || name.find("..") != std::string_view::npos ||
        !absl::LoadTimeZone(std::string(name), &zone))
        return make_error(Errc::not_found, "there is no time zone " + std::string(name));
    return zone;
}

// Where most people of a country live whose first zone in the table is another: the table goes by geography.
constexpr std::array<std::pair<std::string_view, std::string_view>, 6> main_zones{{{"AU", "Australia/Sydney"},
                                                                                   {"BR", "America/Sao_Paulo"},
                                                                                   {"CA", "America/Toronto"},
                                                                                   {"RU", "Europe/Moscow"},
                                                                                   {"UA", "Europe/Kyiv"},
                                                                                   {"UZ", "Asia/Tashkent"}}};

bool is_main_zone(std::string_view region, std::string_view zone) {
    return std::find(main_zones.begin(), main_zones.end(), std::pair(region, zone)) != main_zones.end();
}

}  // namespace

PhoneZones::PhoneZones() {
    std::ifstream table("/usr/share/zoneinfo/zone.tab");
    std::string line;
    while (std::getline(table, line)) {
        if (line.empty() || line[0] == '#') continue;
        std::istringstream fields(line);
        std::string region, coordinates, zone;
        if (!(fields >> region >> coordinates >> zone)) continue;
        if (is_main_zone(region, zone))
            zone_of_region_[region] = zone;
        else
            zone_of_region_.try_emplace(region, zone);
    }
}

std::string PhoneZones::zone_of(std::string_view digits) const {
    const auto& numbers = *i18n::phonenumbers::PhoneNumberUtil::GetInstance();
    i18n::phonenumbers::PhoneNumber number;
    using Util = i18n::phonenumbers::PhoneNumberUtil;
    if (numbers.Parse("+" + std::string(digits), "ZZ", &number) != Util::NO_PARSING_ERROR) return "UTC";
    std::string region;
    numbers.GetRegionCodeForNumber(number, &region);
    if (region.empty() || region == "ZZ") numbers.GetRegionCodeForCountryCode(number.country_code(), &region);
    const auto zone = zone_of_region_.find(region);
    return zone == zone_of_region_.end() ? "UTC" : zone->second;
}

Result<LocalTime> local_time(std::string_view zone, UnixMillis moment) {
    const auto where = load_zone(zone);
    if (!where) return where.error();
    const auto info = where->At(absl::FromUnixMillis(moment));
    LocalTime local;
    local.year = static_cast<int>(info.cs.year());
    local.month = info.cs.month();
    local.day = info.cs.day();
    local.hour = info.cs.hour();
    local.minute = info.cs.minute();
    local.second = info.cs.second();
    local.weekday = (static_cast<int>(absl::GetWeekday(info.cs)) + 1) % 7;  // absl begins with Monday
    local.utc_offset_s = info.offset;
    return local;
}

Result<UnixMillis> unix_time(std::string_view zone, const LocalTime& local) {
    const auto where = load_zone(zone);
    if (!where) return where.error();
    const absl::CivilSecond civil(local.year, local.month, local.day, local.hour, local.minute, local.second);
    if (civil.year() != local.year || civil.month() != local.month || civil.day() != local.day ||
        civil.hour() != local.hour || civil.minute() != local.minute || civil.second() != local.second)
        return make_error(Errc::invalid, "there is no such date or time");
    const auto info = where->At(civil);
    const bool skipped = info.kind == absl::TimeZone::TimeInfo::SKIPPED;
    return absl::ToUnixMillis(skipped ? info.trans : info.pre);
}

}  // namespace parley::services
