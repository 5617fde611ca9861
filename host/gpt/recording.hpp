// How long a recording is, told by its bytes. Pure. [any thread]
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

namespace parley::gpt {

// In milliseconds. Opus in Ogg (RFC 7845, RFC 6716 section 3.1), MP3 and uncompressed WAV are counted frame by frame,
// whatever their heads say. MP4 is believed what it says itself (ISO/IEC 14496-12, "mvhd"), but not less than its size
// takes at 320 kbit/s. Nothing: another kind, or nothing that makes sense.
std::optional<std::int64_t> recording_ms(std::string_view bytes);

}  // namespace parley::gpt
