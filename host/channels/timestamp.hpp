// The moments that webhooks name: RFC 3339 text or a Unix number. [any thread]
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

}  // namespace parley::channels
