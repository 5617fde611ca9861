// How long a recording is, told by its bytes. Pure. [any thread]
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

namespace parley::gpt {

// In milliseconds: one stream of Opus in Ogg (RFC 3533, 7845, RFC 6716 section 3.1) of at most 8 MiB, MP3 and
// uncompressed WAV, counted frame by frame. Nothing: another kind, or one that players may understand in more than one
// way, since it is damaged, or holds something beside the frames. Nobody then knows how long the server will find it.
std::optional<std::int64_t> recording_ms(std::string_view bytes);

}  // namespace parley::gpt
