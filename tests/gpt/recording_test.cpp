// The length of recordings: counted, so that nobody makes a long one look short.
#include "gpt/recording.hpp"

#include <catch2/catch.hpp>

#include "support/ogg.hpp"
#include "support/wav.hpp"

using namespace parley;
using namespace parley::gpt;
using namespace parley::test;

namespace {

std::string joined(std::initializer_list<std::string_view> parts) {
    std::string whole;
    for (const auto part : parts) whole += part;
    return whole;
}

// 64 kbit/s at 44.1 kHz: 208 bytes, 26.1 ms.
const std::string mp3_frame = "\xFF\xFB\x50\xC4" + std::string(204, '\x55');

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
    const auto broken_off = ogg_page({{silk_60_ms + std::string(253, 'x')}, "note", false, false, true});
    CHECK(recording_ms(opus({}) + broken_off + ogg_page({{"rest", celt_20_ms}, "note", false, true})) == 80);
    CHECK_FALSE(recording_ms(opus({}) + broken_off + ogg_page({{"rest", celt_20_ms}})));
    CHECK_FALSE(recording_ms(opus({}) + ogg_page({{"rest", celt_20_ms}, "note", false, true})));
    CHECK_FALSE(recording_ms(ogg_page({{"\x01vorbis"}})));
    CHECK_FALSE(recording_ms("OggS"));
}

TEST_CASE("Opus that players may understand in another way is not counted") {
    const auto note = opus(50);
    REQUIRE(recording_ms(note) == 1'000);
    const auto page = ogg_page({{"\xF8x"}});
    CHECK(recording_ms(note + page) == 1'020);
    for (const auto& odd : {note + "rubbish", joined({note, "rubbish", page}), note.substr(0, note.size() - 1),
                            "x" + note, note + ogg_page({{"\xF8x"}, "more"}),  // another stream beside it
                            note + ogg_page({{"fLaC"}, "note", true}),         // another one behind it
                            note + "OggS\x01" + page.substr(5),  // a page of a version to come, which may hold others
                            note + page.substr(0, page.size() - 1) + "y",  // a page that does not have its sum
                            note + ogg_page({{std::string(65'000, 'x')}}).erase(26, 1)})
        CHECK_FALSE(recording_ms(odd));
    // There is an end to what is summed up.
    std::string long_note = note;
    while (long_note.size() <= (8u << 20)) long_note += ogg_page({{std::string(65'000, 'x')}});
    CHECK_FALSE(recording_ms(long_note));
}

TEST_CASE("MP3 is counted frame by frame") {
    std::string sound;
    for (int i = 0; i < 1'000; ++i) sound += mp3_frame;
    CHECK(recording_ms(sound).value_or(0) / 10 == 2'612);  // 1,000 x 1,152 / 44,100 s
    CHECK(recording_ms(std::string("ID3\x04\x00\x00\x00\x00\x00\x05", 10) + "words" + sound) == recording_ms(sound));
    CHECK(recording_ms(sound + "TAG" + std::string(125, ' ')) == recording_ms(sound));
    // Frames hide nothing behind or between them.
    const std::string tag("ID3\x04\x00\x00\x00\x00\x00\x05words", 15);
    for (const auto& odd : {joined({sound, "rubbish", sound}), sound + "rubbish", joined({tag, "fLaC", sound}),
                            joined({tag, tag, sound})})
        CHECK_FALSE(recording_ms(odd));
    CHECK_FALSE(recording_ms("ID3"));
}

TEST_CASE("WAV has so many bytes a second") {
    const auto sound = wav();
    const auto length = recording_ms(sound);
    REQUIRE(length);
    // All that follows counts, whatever the head says of its size.
    CHECK(*recording_ms(sound + sound) > *length * 19 / 10);
    CHECK_FALSE(recording_ms(sound.substr(0, 30)));
    auto hasty = sound;
    hasty[27] = '\x7f';  // 2 GHz
    CHECK_FALSE(recording_ms(hasty));
}

TEST_CASE("what only who decodes it can tell the length of is not counted") {
    // A head may say what it likes.
    const std::string size("\0\0\0", 3);
    const auto m4a = size + "\x0C" + "ftypM4A " + size + "\x24moov" + size + "\x1Cmvhd" + std::string(12, '\0') + size +
                     "\x01" + size + "\x01";
    CHECK_FALSE(recording_ms(m4a));
    CHECK_FALSE(recording_ms("fLaC" + std::string(100, 'x')));
    CHECK_FALSE(recording_ms("\x1A\x45\xDF\xA3" + std::string(100, 'x')));
    CHECK_FALSE(recording_ms("#!AMR\n" + std::string(100, 'x')));
    CHECK_FALSE(recording_ms(""));
}
