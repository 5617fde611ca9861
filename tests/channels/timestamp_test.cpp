#include <catch2/catch.hpp>

#include "channels/timestamp.hpp"

using namespace parley;
using namespace parley::channels;

TEST_CASE("RFC 3339 moments") {
    CHECK(parse_rfc3339("1970-01-01T00:00:00Z") == 0);
    CHECK(parse_rfc3339("2025-01-25T10:00:00Z") == 1'737'799'200'000);
    CHECK(parse_rfc3339("2025-01-25T10:00:00.5Z") == 1'737'799'200'500);
    CHECK(parse_rfc3339("2025-01-25T10:00:00.123456789Z") == 1'737'799'200'123);
    CHECK(parse_rfc3339("2025-01-25T15:00:00+05:00") == 1'737'799'200'000);
    CHECK(parse_rfc3339("2025-01-25T04:30:00-05:30") == 1'737'799'200'000);
    CHECK(parse_rfc3339("2024-02-29T00:00:00Z"));
    for (const char* wrong :
         {"", "2025", "2025-01-25", "2025-01-25T10:00:00", "2025-13-01T00:00:00Z", "2025-02-29T00:00:00Z",
          "2025-01-25T24:00:00Z", "2025-01-25T10:00:00Zx", "2025-01-25T10:00:00.Z", "2025-01-25T10:00:00+5"}) {
        INFO(wrong);
        CHECK_FALSE(parse_rfc3339(wrong));
    }
}

TEST_CASE("timestamps of webhooks in all spellings") {
    const auto read = [](const char* json) {
        const auto value = parse_json(json);
        JsonProblem problem;
        return read_timestamp(JsonReader(*value, problem)["t"]);
    };
    CHECK(read(R"({"t":"2025-01-25T10:00:00Z"})") == 1'737'799'200'000);
    CHECK(read(R"({"t":1737799200})") == 1'737'799'200'000);
    CHECK(read(R"({"t":1737799200123})") == 1'737'799'200'123);
    CHECK(read(R"({"t":"1737799200"})") == 1'737'799'200'000);
    for (const char* none :
         {R"({})", R"({"t":null})", R"({"t":""})", R"({"t":0})", R"({"t":-5})", R"({"t":"0001-01-01T00:00:00Z"})",
          R"({"t":"soon"})", R"({"t":[1]})", R"({"t":9223372036854775807})"}) {
        INFO(none);
        CHECK_FALSE(read(none));
    }
}

TEST_CASE("the dates of HTTP and of mails") {
    CHECK(parse_http_date("Thu, 24 Aug 2023 05:01:45 GMT") == 1'692'853'305'000);
    CHECK(parse_http_date("Thu, 24 Aug 2023 05:01:45 +0000") == 1'692'853'305'000);
    CHECK(parse_http_date("24 Aug 2023 07:31:45 +0230") == 1'692'853'305'000);
    CHECK(parse_http_date("Wed, 23 Aug 2023 22:01:45 -0700") == 1'692'853'305'000);
    for (const char* bad : {"", "Thu, 24 Aug 2023", "Thu, 24 Aug 2023 05:01:45", "Thu, 24 Aug 2023 05:01:45 CEST",
                            "Thu, 24 Foo 2023 05:01:45 GMT", "2023-08-24T05:01:45Z", "Thu, 24 Aug 2023 05:01:45 GMT x"})
        CHECK_FALSE(parse_http_date(bad));
}

TEST_CASE("a wish to wait, in seconds or until a date") {
    const UnixMillis now = 1'692'853'305'000;
    CHECK(retry_after_ms("2", now) == 2'000);
    CHECK(retry_after_ms(" 7 ", now) == 7'000);
    CHECK(retry_after_ms("Thu, 24 Aug 2023 05:01:55 GMT", now) == 10'000);
    CHECK(retry_after_ms("Thu, 24 Aug 2023 05:01:35 GMT", now) == 0);
    CHECK(retry_after_ms("99999999999999999999", now) == 900'000);
    for (const char* none : {"", "soon", "-3", "1.5"}) CHECK(retry_after_ms(none, now) == 0);
}
