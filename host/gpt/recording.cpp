#include "gpt/recording.hpp"

#include <algorithm>
#include <array>
#include <boost/crc.hpp>

namespace parley::gpt {
namespace {

using std::int64_t;
using std::size_t;

std::uint8_t byte_at(std::string_view bytes, size_t at) {
    return at < bytes.size() ? static_cast<std::uint8_t>(bytes[at]) : std::uint8_t{0};
}

std::uint64_t little_endian(std::string_view bytes, size_t at, size_t size) {
    std::uint64_t value = 0;
    for (size_t i = size; i > 0; --i) value = value << 8 | byte_at(bytes, at + i - 1);
    return value;
}

// --- Opus in Ogg

constexpr size_t page_head = 27;
constexpr size_t longest_summed = 8u << 20;  // bytes: an hour of speech, and not long to sum up

// Tenths of a millisecond in a packet, by its first two bytes.
int64_t opus_tenths(std::string_view packet) {
    static constexpr std::array<int64_t, 4> silk{100, 200, 400, 600}, celt{25, 50, 100, 200};
    const auto head = byte_at(packet, 0);
    const unsigned config = head >> 3;
    const auto frame = config < 12 ? silk[config & 3] : config < 16 ? silk[config & 1] : celt[config & 3];
    const int64_t frames = (head & 3) == 0 ? 1 : (head & 3) < 3 ? 2 : byte_at(packet, 1) & 0x3f;
    return std::min<int64_t>(frame * frames, 1'200);
}

// The size of the page at the front, with what is in it; 0: there is none, or it is damaged.
size_t page_size(std::string_view bytes) {
    if (bytes.size() < page_head || !bytes.starts_with("OggS") || bytes[4] != 0) return 0;
    const size_t segments = byte_at(bytes, page_head - 1);
    size_t size = page_head + segments;
    for (size_t i = 0; i < segments; ++i) size += byte_at(bytes, page_head + i);
    if (size > bytes.size()) return 0;
    boost::crc_optimal<32, 0x04C11DB7> sum;
    sum.process_bytes(bytes.data(), 22);
    sum.process_bytes("\0\0\0\0", 4);  // where the sum stands
    sum.process_bytes(bytes.data() + 26, size - 26);
    return sum.checksum() == little_endian(bytes, 22, 4) ? size : 0;
}

std::optional<int64_t> opus_ms(std::string_view bytes) {
    if (bytes.size() < page_head || bytes.size() > longest_summed) return std::nullopt;
    const auto serial = bytes.substr(14, 4);
    int64_t tenths = 0, packets = 0;
    std::string_view packet;  // the beginning of the one under way
    bool open = false;
    for (std::string_view rest = bytes; !rest.empty();) {
        const auto size = page_size(rest);
        const auto flags = byte_at(rest, 5);
        const bool begins_another = rest.size() < bytes.size() && (flags & 2) != 0;
        const bool goes_on = (flags & 1) != 0;  // begins with the rest of a packet
        if (size == 0 || rest.substr(14, 4) != serial || begins_another || goes_on != open) return std::nullopt;
        const size_t segments = byte_at(rest, page_head - 1);
        size_t data = page_head + segments;
        for (size_t i = 0; i < segments; ++i) {
            const size_t length = byte_at(rest, page_head + i);
            if (!open) packet = rest.substr(data, length);
            data += length;
            open = length == 255;
            if (open) continue;
            if (packets == 0 && !packet.starts_with("OpusHead")) return std::nullopt;
            if (++packets > 2 && !packet.empty()) tenths += opus_tenths(packet);  // behind the two heads
        }
        rest.remove_prefix(size);
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
    // In front, words and pictures in a tag of known size; behind, one of 128 bytes.
    size_t at = 0;
    if (bytes.starts_with("ID3"))
        at = 10 + (size_t{byte_at(bytes, 6)} << 21 | size_t{byte_at(bytes, 7)} << 14 | size_t{byte_at(bytes, 8)} << 7 |
                   size_t{byte_at(bytes, 9)});
    if (bytes.size() > 128 && bytes.substr(bytes.size() - 128).starts_with("TAG")) bytes.remove_suffix(128);
    int64_t microseconds = 0;
    while (at < bytes.size()) {
        const auto frame = mp3_frame(bytes, at);
        if (!frame) return std::nullopt;
        microseconds += frame->microseconds;
        at += frame->size;
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
            const bool known = kind == 1 || kind == 3;  // PCM, floating point
            if (!known || channels > 8 || hertz > 192'000 || bits > 64) return std::nullopt;
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

}  // namespace

std::optional<int64_t> recording_ms(std::string_view bytes) {
    if (bytes.starts_with("OggS")) return opus_ms(bytes);
    if (bytes.starts_with("RIFF") && bytes.substr(0, 12).ends_with("WAVE")) return wav_ms(bytes);
    return mp3_ms(bytes);
}

}  // namespace parley::gpt
