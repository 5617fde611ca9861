// Which recordings servers take as they are. Pure.
#pragma once

#include <chrono>
#include <string_view>

namespace parley::gpt {

// The name that tells a server of what kind a recording of this type is, "voice.ogg"; null: no server is known to take
// it, so that it is converted first (see Convert).
const char* name_of_recording(std::string_view mime);

// The longest that comes out of a conversion; the rest is cut off.
constexpr std::chrono::minutes longest_converted{10};

}  // namespace parley::gpt
