#include "services/phone_zone.hpp"

#include <catch2/catch.hpp>

#include "support/result_printer.hpp"

namespace parley::services {
namespace {

TEST_CASE("a phone number tells the zone of its country") {
    const PhoneZones zones;
    CHECK(zones.zone_of("923001234567") == "Asia/Karachi");
    CHECK(zones.zone_of("442079460123") == "Europe/London");
    CHECK(zones.zone_of("4915112345678") == "Europe/Berlin");
    CHECK(zones.zone_of("16045551234").substr(0, 8) == "America/");
    CHECK(zones.zone_of("12125551234").substr(0, 8) == "America/");
    CHECK(zones.zone_of("971501234567") == "Asia/Dubai");
}

TEST_CASE("of a country with several zones the one counts in which most of its people live") {
    const PhoneZones zones;
    for (const auto& [number, zone] :
         {std::pair("12125551234", "America/New_York"), std::pair("14165551234", "America/Toronto"),
          std::pair("61412345678", "Australia/Sydney"), std::pair("5511912345678", "America/Sao_Paulo"),
          std::pair("79161234567", "Europe/Moscow"), std::pair("77011234567", "Asia/Almaty"),
          std::pair("380501234567", "Europe/Kyiv"), std::pair("525512345678", "America/Mexico_City"),
          std::pair("6281234567890", "Asia/Jakarta"), std::pair("998901234567", "Asia/Tashkent"),
          std::pair("56912345678", "America/Santiago"), std::pair("34612345678", "Europe/Madrid"),
          std::pair("351912345678", "Europe/Lisbon"), std::pair("8613812345678", "Asia/Shanghai"),
          std::pair("5491123456789", "America/Argentina/Buenos_Aires"), std::pair("64211234567", "Pacific/Auckland"),
          std::pair("60123456789", "Asia/Kuala_Lumpur"), std::pair("243812345678", "Africa/Kinshasa")}) {
        INFO(number);
        CHECK(zones.zone_of(number) == zone);
        CHECK(local_time(zone, 0));
    }
}

TEST_CASE("what tells no country is UTC") {
    const PhoneZones zones;
    for (const std::string nonsense :
         {"", "0", "999999999999", "abc", "12", "99999999999999999999999999", "+", "\xff\xfe"}) {
        INFO(nonsense);
        CHECK(zones.zone_of(nonsense) == "UTC");
    }
}

UnixMillis moment(const char* zone, int year, int month, int day, int hour, int minute = 0) {
    LocalTime local;
    local.year = year;
    local.month = month;
    local.day = day;
    local.hour = hour;
    local.minute = minute;
    return unix_time(zone, local).value();
}

TEST_CASE("a moment in a zone, and back") {
    const auto local = local_time("Asia/Karachi", 1'737'799'200'999);  // 2025-01-25 10:00:00 UTC, a Saturday
    REQUIRE(local);
    CHECK(local->year == 2025);
    CHECK(local->month == 1);
    CHECK(local->day == 25);
    CHECK(local->hour == 15);
    CHECK(local->minute == 0);
    CHECK(local->second == 0);
    CHECK(local->weekday == 6);
    CHECK(local->utc_offset_s == 5 * 3600);
    CHECK(unix_time("Asia/Karachi", *local).value() == 1'737'799'200'000);
    CHECK(local_time("UTC", 1'737'849'600'000)->weekday == 0);  // the Sunday after
    CHECK(local_time("UTC", -1)->year == 1969);
}

TEST_CASE("in a skipped hour the moment after the gap counts") {
    // Europe/Berlin, 2025-03-30: 02:00 becomes 03:00, which is 01:00 UTC.
    const UnixMillis gap = moment("UTC", 2025, 3, 30, 1);
    CHECK(moment("Europe/Berlin", 2025, 3, 30, 1, 59) == gap - 60'000);
    CHECK(moment("Europe/Berlin", 2025, 3, 30, 2) == gap);
    CHECK(moment("Europe/Berlin", 2025, 3, 30, 2, 30) == gap);
    CHECK(moment("Europe/Berlin", 2025, 3, 30, 3) == gap);
    CHECK(local_time("Europe/Berlin", gap)->hour == 3);
    CHECK(local_time("Europe/Berlin", gap)->utc_offset_s == 7200);
    CHECK(local_time("Europe/Berlin", gap - 1)->hour == 1);
}

TEST_CASE("of a doubled hour the first counts") {
    // Europe/Berlin, 2025-10-26: 03:00 becomes 02:00, which is 01:00 UTC.
    CHECK(moment("Europe/Berlin", 2025, 10, 26, 2, 30) == moment("UTC", 2025, 10, 26, 0, 30));
    CHECK(moment("Europe/Berlin", 2025, 10, 26, 3) == moment("UTC", 2025, 10, 26, 2));
    const auto second = local_time("Europe/Berlin", moment("UTC", 2025, 10, 26, 1, 30));
    CHECK(second->hour == 2);
    CHECK(second->utc_offset_s == 3600);
}

TEST_CASE("what is no date, no time or no zone is refused") {
    const auto bad = [](int month, int day, int hour, int minute = 0, int second = 0) {
        LocalTime local;
        local.year = 2025;
        local.month = month;
        local.day = day;
        local.hour = hour;
        local.minute = minute;
        local.second = second;
        const auto result = unix_time("UTC", local);
        return !result && result.error().code == Errc::invalid;
    };
    CHECK(bad(2, 29, 0));
    CHECK(bad(13, 1, 0));
    CHECK(bad(0, 1, 0));
    CHECK(bad(4, 31, 0));
    CHECK(bad(1, 1, 24));
    CHECK(bad(1, 1, 0, 60));
    CHECK(bad(1, 1, 0, 0, 60));
    CHECK(bad(1, 1, -1));
    for (const char* zone : {"", "Mars/Base", "/etc/localtime", "../../etc/passwd", "Europe/../UTC"}) {
        INFO(zone);
        const auto result = local_time(zone, 0);
        REQUIRE_FALSE(result);
        CHECK(result.error().code == Errc::not_found);
    }
}

}  // namespace
}  // namespace parley::services
