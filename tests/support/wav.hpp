// Something to hear.
#pragma once

#include <cstdint>
#include <string>

namespace parley::test {

// 16-bit mono: a second of a square wave.
inline std::string wav() {
    std::string samples;
    for (int i = 0; i < 8000; ++i) samples += i % 40 < 20 ? std::string("\x10\x20") : std::string("\xf0\xdf");
    const auto le32 = [](std::uint32_t n) {
        return std::string{char(n & 255), char(n >> 8 & 255), char(n >> 16 & 255), char(n >> 24 & 255)};
    };
    const std::string format =
        std::string("\x01\0\x01\0", 4) + le32(8000) + le32(16'000) + std::string("\x02\0\x10\0", 4);
    return "RIFF" + le32(static_cast<std::uint32_t>(36 + samples.size())) + "WAVEfmt " + le32(16) + format + "data" +
           le32(static_cast<std::uint32_t>(samples.size())) + samples;
}

}  // namespace parley::test
