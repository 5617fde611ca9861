// The moments that providers name: RFC 3339 text, a Unix number, or the dates of HTTP. [any thread]
#pragma once

#include <optional>
#include <string_view>

#include "core/json_reader.hpp"
#include "core/message.hpp"

namespace parley::channels {

// "2025-07-13T11:05:51Z", with a fraction and an offset if there are any ("2025-07-13T16:05:51.5+05:00").
std::optional<UnixMillis> parse_rfc3339(std::string_view text);

// Either spelling; Unix numbers in seconds or milliseconds, as text or number. Nothing when it is none of these.
std::optional<UnixMillis> read_timestamp(const JsonReader& field);

// "Thu, 24 Aug 2023 05:01:45 GMT" as HTTP has it, or "... +0000" as mails do (RFC 5322), with or without the weekday.
std::optional<UnixMillis> parse_http_date(std::string_view text);

// A Retry-After: seconds or a date (RFC 9110, 10.2.3), as milliseconds from now, at most 15 minutes; 0 when there is
// none.
int retry_after_ms(std::string_view field, UnixMillis now);

}  // namespace parley::channels
