// The length of recordings: counted, so that nobody makes a long one look short.
#include "gpt/recording.hpp"

#include <catch2/catch.hpp>

#include "support/wav.hpp"

using namespace parley;
using namespace parley::gpt;

namespace {

std::string big_endian(std::uint64_t value, int size) {
    std::string bytes;
    for (int i = size - 1; i >= 0; --i) bytes += static_cast<char>(value >> (8 * i) & 0xff);
    return bytes;
}

std::string page(const std::vector<std::string>& packets) {
    std::string sizes, data;
    for (const auto& packet : packets) {
        sizes += std::string(packet.size() / 255, '\xff') + static_cast<char>(packet.size() % 255);
        data += packet;
    }
    // Position, stream, number and checksum tell nothing that can be relied on.
    return "OggS" + std::string(22, '\0') + static_cast<char>(sizes.size()) + sizes + data;
}

std::string opus(const std::vector<std::string>& packets) {
    return page({"OpusHead and more"}) + page({"OpusTags" + std::string(600, ' ')}) + page(packets);
}

// 64 kbit/s at 44.1 kHz: 208 bytes, 26.1 ms.
const std::string mp3_frame = "\xFF\xFB\x50\xC4" + std::string(204, '\x55');

std::string mp4(std::uint32_t scale, std::uint32_t length, std::size_t sound) {
    const auto box = [](const std::string& name, const std::string& inside) {
        return big_endian(inside.size() + 8, 4) + name + inside;
    };
    const auto head = box("mvhd", std::string(12, '\0') + big_endian(scale, 4) + big_endian(length, 4));
    return box("ftyp", "M4A ") + box("mdat", std::string(sound, 'x')) + box("moov", head);
}

}  // namespace

TEST_CASE("Opus is counted packet by packet") {
    const std::string silk_60_ms("\x58x", 2), celt_20_ms("\xF8x", 2), two_of_10_ms("\x61xx", 3),
        six_of_20_ms("\x4B\x06", 2);
    CHECK(recording_ms(opus({silk_60_ms})) == 60);
    CHECK(recording_ms(opus({celt_20_ms, celt_20_ms, two_of_10_ms})) == 60);
    CHECK(recording_ms(opus({six_of_20_ms})) == 120);
    CHECK(recording_ms(opus({std::string("\x5B\x3f", 2)})) == 120);  // no packet is longer
    // A packet may be long, and go on over pages.
    CHECK(recording_ms(opus({"\xF8" + std::string(999, 'x')})) == 20);
    const auto broken_off = "OggS" + std::string(22, '\0') + "\x01\xff" + silk_60_ms + std::string(253, 'x');
    CHECK(recording_ms(opus({}) + broken_off + page({"rest", celt_20_ms})) == 80);
    // Rubbish between pages does not end the recording: players skip it.
    CHECK(recording_ms(opus({celt_20_ms}) + "rubbish" + page({celt_20_ms})) == 40);
    CHECK_FALSE(recording_ms(page({"\x01vorbis"})));
    CHECK_FALSE(recording_ms("OggS"));
}

TEST_CASE("MP3 is counted frame by frame") {
    std::string sound;
    for (int i = 0; i < 1'000; ++i) sound += mp3_frame;
    CHECK(recording_ms(sound).value_or(0) / 10 == 2'612);  // 1,000 x 1,152 / 44,100 s
    CHECK(recording_ms(std::string("ID3\x04\x00\x00\x00\x00\x00\x05", 10) + "words" + sound) == recording_ms(sound));
    CHECK(recording_ms(sound + "rubbish" + sound).value_or(0) > 52'000);
    CHECK_FALSE(recording_ms(sound + std::string(1 << 20, 'x')));  // that is no MP3
    CHECK_FALSE(recording_ms("ID3"));
}

TEST_CASE("WAV has so many bytes a second") {
    const auto sound = test::wav();
    const auto length = recording_ms(sound);
    REQUIRE(length);
    // All that follows counts, whatever the head says of its size.
    CHECK(*recording_ms(sound + sound) > *length * 19 / 10);
    CHECK_FALSE(recording_ms(sound.substr(0, 30)));
}

TEST_CASE("MP4 says how long it is, and its size says how short it cannot be") {
    CHECK(recording_ms(mp4(1'000, 60'000, 300'000)) == 60'001);
    CHECK(recording_ms(mp4(44'100, 441'000, 10)) == 10'001);
    CHECK(recording_ms(mp4(1'000, 1, 4'000'000)).value_or(0) >= 100'000);
    CHECK_FALSE(recording_ms(mp4(0, 60'000, 10)));
    CHECK_FALSE(recording_ms(mp4(1, 4'000'000'000, 10)));
    CHECK_FALSE(recording_ms(mp4(1'000, 60'000, 10).substr(0, 30)));
    CHECK_FALSE(recording_ms(""));
    CHECK_FALSE(recording_ms("#!AMR\n" + std::string(100, 'x')));
}
