// Money in whole millionths of a US dollar, and as people write it. Plain functions. [any thread]
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace parley::config {

// "2.50" -> 2500000. Less than a million dollars, up to six digits behind the point; nothing else, no sign, no
// currency.
std::optional<std::int64_t> micro_usd_from(std::string_view text);

// 2500000 -> "2.50", 1 -> "0.000001", 3000000 -> "3"
std::string to_usd(std::int64_t micro_usd);

}  // namespace parley::config
