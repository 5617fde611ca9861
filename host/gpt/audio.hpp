// Which recordings servers are sent as they are. Pure.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>

#include "gpt/model.hpp"

namespace parley::gpt {

// In milliseconds, of a recording that is sent as it is: one of a kind that servers take, and whose length can be
// counted (see recording.hpp). Nothing: it is converted first (see Convert), so that what is charged for it is known.
std::optional<std::int64_t> length_as_it_is(const Audio& audio);

// The longest that comes out of a conversion; the rest is cut off.
constexpr std::chrono::minutes longest_converted{10};

}  // namespace parley::gpt
