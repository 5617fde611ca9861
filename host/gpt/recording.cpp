#include "gpt/recording.hpp"

#include <algorithm>
#include <array>

namespace parley::gpt {
namespace {

using std::int64_t;
using std::size_t;

std::uint8_t byte_at(std::string_view bytes, size_t at) {
    return at < bytes.size() ? static_cast<std::uint8_t>(bytes[at]) : std::uint8_t{0};
}

std::uint64_t big_endian(std::string_view bytes, size_t at, size_t size) {
    std::uint64_t value = 0;
    for (size_t i = 0; i < size; ++i) value = value << 8 | byte_at(bytes, at + i);
    return value;
}

std::uint64_t little_endian(std::string_view bytes, size_t at, size_t size) {
    std::uint64_t value = 0;
    for (size_t i = size; i > 0; --i) value = value << 8 | byte_at(bytes, at + i - 1);
    return value;
}

// --- Opus in Ogg

// Tenths of a millisecond in a packet, by its first two bytes.
int64_t opus_tenths(std::string_view packet) {
    static constexpr std::array<int64_t, 4> silk{100, 200, 400, 600}, celt{25, 50, 100, 200};
    const auto head = byte_at(packet, 0);
    const unsigned config = head >> 3;
    const auto frame = config < 12 ? silk[config & 3] : config < 16 ? silk[config & 1] : celt[config & 3];
    const int64_t frames = (head & 3) == 0 ? 1 : (head & 3) < 3 ? 2 : byte_at(packet, 1) & 0x3f;
    return std::min<int64_t>(frame * frames, 1'200);
}

std::optional<int64_t> opus_ms(std::string_view bytes) {
    constexpr size_t page_head = 27;
    int64_t tenths = 0, packets = 0;
    std::string_view packet;  // the beginning of the one under way
    bool open = false;
    // What does not belong there is skipped, as players do.
    for (size_t at = 0; (at = bytes.find("OggS", at)) != std::string_view::npos;) {
        const size_t segments = byte_at(bytes, at + page_head - 1);
        size_t data = at + page_head + segments;
        if (data > bytes.size()) break;
        for (size_t i = 0; i < segments; ++i) {
            const size_t size = byte_at(bytes, at + page_head + i);
            if (!open) packet = bytes.substr(std::min(data, bytes.size()), size);
            data += size;
            open = size == 255;
            if (open) continue;
            if (packets == 0 && !packet.starts_with("OpusHead")) return std::nullopt;
            if (++packets > 2 && !packet.empty()) tenths += opus_tenths(packet);  // behind the two heads
        }
        at = std::min(data, bytes.size());
    }
    return packets > 0 ? std::optional((tenths + 9) / 10) : std::nullopt;
}

// --- MP3

struct Mp3Frame {
    size_t size = 0;
    int64_t microseconds = 0;
};

std::optional<Mp3Frame> mp3_frame(std::string_view bytes, size_t at) {
    static constexpr std::array<int, 15> first{0, 32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320};
    static constexpr std::array<int, 15> later{0, 8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160};
    static constexpr std::array<int, 3> rates{44'100, 48'000, 32'000};
    if (at + 4 > bytes.size()) return std::nullopt;
    const unsigned sync = byte_at(bytes, at), second = byte_at(bytes, at + 1), third = byte_at(bytes, at + 2);
    const unsigned version = second >> 3 & 3, layer = second >> 1 & 3, bitrate = third >> 4, rate = third >> 2 & 3;
    // MPEG 1, 2 or 2.5, layer III, a bit rate that is named.
    if (sync != 0xFF || (second & 0xE0) != 0xE0 || version == 1 || layer != 1 || bitrate == 0 || bitrate == 15 ||
        rate == 3)
        return std::nullopt;
    const int samples = version == 3 ? 1'152 : 576;
    const int hertz = rates[rate] >> (version == 3 ? 0 : version == 2 ? 1 : 2);
    const int bits = (version == 3 ? first : later)[bitrate] * 1'000;
    return Mp3Frame{static_cast<size_t>(samples / 8 * bits / hertz) + (third >> 1 & 1),
                    int64_t{samples} * 1'000'000 / hertz + 1};
}

std::optional<int64_t> mp3_ms(std::string_view bytes) {
    constexpr size_t most_skipped = 256 << 10;  // pictures stand in front, in a tag of known size
    size_t at = 0;
    if (bytes.starts_with("ID3"))
        at = 10 + (size_t{byte_at(bytes, 6)} << 21 | size_t{byte_at(bytes, 7)} << 14 | size_t{byte_at(bytes, 8)} << 7 |
                   size_t{byte_at(bytes, 9)});
    else if (!mp3_frame(bytes, 0))
        return std::nullopt;
    int64_t microseconds = 0;
    for (size_t skipped = 0; at + 4 <= bytes.size();) {
        if (const auto frame = mp3_frame(bytes, at)) {
            microseconds += frame->microseconds;
            at += frame->size;
        } else {
            ++at;
            if (++skipped > most_skipped) return std::nullopt;
        }
    }
    return microseconds > 0 ? std::optional(microseconds / 1'000 + 1) : std::nullopt;
}

// --- WAV

std::optional<int64_t> wav_ms(std::string_view bytes) {
    std::uint64_t bytes_a_second = 0;
    for (size_t at = 12; at + 8 <= bytes.size();) {
        const auto name = bytes.substr(at, 4);
        const auto size = little_endian(bytes, at + 4, 4);
        if (name == "fmt ") {
            const auto kind = little_endian(bytes, at + 8, 2);
            const auto channels = little_endian(bytes, at + 10, 2), hertz = little_endian(bytes, at + 12, 4);
            const auto bits = little_endian(bytes, at + 22, 2);
            if (kind != 1 && kind != 3) return std::nullopt;  // PCM, floating point
            bytes_a_second = channels * hertz * bits / 8;
        }
        if (name == "data") {
            if (bytes_a_second == 0) return std::nullopt;
            return static_cast<int64_t>((bytes.size() - at - 8) * 1'000 / bytes_a_second) + 1;
        }
        at += 8 + size + size % 2;
    }
    return std::nullopt;
}

// --- MP4

// What is inside the first box of that name; empty: there is none.
std::string_view box(std::string_view bytes, std::string_view wanted) {
    for (size_t at = 0; at + 8 <= bytes.size();) {
        std::uint64_t size = big_endian(bytes, at, 4);
        size_t head = 8;
        if (size == 1) size = big_endian(bytes, at + 8, 8), head = 16;
        if (size == 0) size = bytes.size() - at;
        if (size < head || size > bytes.size() - at) break;
        if (bytes.substr(at + 4, 4) == wanted) return bytes.substr(at + head, size - head);
        at += size;
    }
    return {};
}

std::optional<int64_t> mp4_ms(std::string_view bytes) {
    constexpr std::uint64_t longest = 1'000'000;  // seconds
    const auto head = box(box(bytes, "moov"), "mvhd");
    const bool wide = byte_at(head, 0) == 1;
    const auto scale = big_endian(head, wide ? 20 : 12, 4), length = big_endian(head, wide ? 24 : 16, wide ? 8 : 4);
    if (scale == 0 || length == 0 || length / scale > longest) return std::nullopt;
    const auto milliseconds = static_cast<int64_t>(length / scale * 1'000 + length % scale * 1'000 / scale + 1);
    return std::max(milliseconds, static_cast<int64_t>(bytes.size() / 40));
}

}  // namespace

std::optional<int64_t> recording_ms(std::string_view bytes) {
    if (bytes.starts_with("OggS")) return opus_ms(bytes);
    if (bytes.starts_with("RIFF") && bytes.substr(0, 12).ends_with("WAVE")) return wav_ms(bytes);
    if (bytes.substr(0, 8).ends_with("ftyp")) return mp4_ms(bytes);
    return mp3_ms(bytes);
}

}  // namespace parley::gpt
