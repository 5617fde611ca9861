// Files that come in pieces, that grow too old or too many, that are linked to and that become voice notes.
#include <catch2/catch.hpp>
#include <filesystem>
#include <fstream>
#include <future>

#include "core/crypto.hpp"
#include "media/child.hpp"
#include "media/links.hpp"
#include "media/voice.hpp"
#include "support/postgres.hpp"
#include "support/result_printer.hpp"
#include "support/wav.hpp"

namespace parley::media {
namespace {

namespace fs = std::filesystem;
using Catch::Matchers::Contains;
using test::wav;
const std::string png("\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\0\x01\0\0\0\x01\x08\x06\0\0\0\x1f\x15\xc4\x89", 33);

std::size_t files_in(const std::string& directory) {
    std::size_t count = 0;
    for (const auto& entry : fs::recursive_directory_iterator(directory)) count += entry.is_regular_file() ? 1 : 0;
    return count;
}

void make_older(const Store& store, const std::string& reference, std::chrono::hours age) {
    fs::last_write_time(store.path(reference), fs::file_time_type::clock::now() - age);
}

Result<Media> make_voice(Voice& voice, const Media& audio) {
    std::promise<Result<Media>> made;
    auto future = made.get_future();
    voice.make(audio, [&](Result<Media> media) { made.set_value(std::move(media)); });
    return future.get();
}

TEST_CASE("a file that comes in pieces is the same file") {
    const test::TempDirectory directory;
    const Store store(directory.path());
    const auto writer = store.begin();
    for (const char byte : png) REQUIRE(writer->write(std::string_view(&byte, 1)));
    const auto media = writer->finish("image/jpeg", crypto::sha256_hex(png));
    REQUIRE(media);
    CHECK(media->stored == crypto::sha256_hex(png));
    CHECK(media->mime == "image/png");  // whatever was said
    CHECK(media->size == png.size());
    CHECK(store.read(media->stored).value() == png);
    CHECK(store.read(media->stored, 1, 3).value() == "PNG");
    CHECK((fs::status(store.path(media->stored)).permissions() & fs::perms(0777)) == fs::perms(0600));
    CHECK(files_in(directory.path()) == 1);
}

TEST_CASE("a file that is not finished leaves nothing behind") {
    const test::TempDirectory directory;
    {
        const Store store(directory.path());
        const auto given_up = store.begin(), damaged = store.begin();
        REQUIRE(given_up->write("half of"));
        REQUIRE(damaged->write("something else"));
        CHECK_FALSE(damaged->finish("", crypto::sha256_hex("what was announced")));
        CHECK(files_in(directory.path()) == 2);
    }
    CHECK(files_in(directory.path()) == 0);
    std::ofstream(directory.path() + "/incoming/left-by-a-crash") << "x";
    const Store again(directory.path());
    CHECK(files_in(directory.path()) == 0);
}

TEST_CASE("what the disk needs for others is not taken by files") {
    const test::TempDirectory directory;
    const auto free = fs::space(directory.path()).available;
    const Store full(directory.path() + "/full", free + (1ull << 30));
    const auto refused = full.put("some bytes", "text/plain");
    REQUIRE_FALSE(refused);
    CHECK(refused.error().code == Errc::unavailable);
    CHECK_THAT(refused.error().message, Contains("MEDIA_MIN_FREE_MB"));
    CHECK(files_in(directory.path()) == 0);
    const Store roomy(directory.path() + "/roomy", 1);
    CHECK(roomy.put("some bytes", "text/plain"));
}

TEST_CASE("the content tells the type, but where contents look alike") {
    CHECK(settle_mime("image/png", "text/html") == "text/html");
    CHECK(settle_mime("image/jpeg", "image/png") == "image/png");
    for (const std::string& no_type :
         {std::string("application/\xff"), std::string("application/a\nb"), "application/" + std::string(300, 'x')})
        CHECK(settle_mime(no_type, "application/octet-stream") == "application/octet-stream");
    CHECK(settle_mime("text/html", "text/plain") == "text/plain");
    CHECK(settle_mime("application/pdf", "application/x-executable") == "application/x-executable");
    CHECK(settle_mime("image/png", "application/octet-stream") == "application/octet-stream");
    CHECK(settle_mime("text/csv", "text/plain") == "text/csv");
    CHECK(settle_mime("audio/mp4", "video/mp4") == "audio/mp4");
    CHECK(settle_mime("audio/ogg; codecs=opus", "audio/ogg") == "audio/ogg; codecs=opus");
    CHECK(settle_mime("application/vnd.openxmlformats-officedocument.wordprocessingml.document", "application/zip") ==
          "application/vnd.openxmlformats-officedocument.wordprocessingml.document");
    CHECK(settle_mime("", "image/gif") == "image/gif");
    CHECK(settle_mime("nonsense", "image/gif") == "image/gif");
}

TEST_CASE("old files go, then the oldest of too many; what is needed or fresh stays") {
    const test::TempDirectory directory;
    const Store store(directory.path());
    std::vector<std::string> files;
    for (int i = 0; i < 5; ++i) {
        files.push_back(store.put(std::string(1000, static_cast<char>('a' + i)), "")->stored);
        make_older(store, files.back(), std::chrono::hours(24 * (10 - i) - 1));
    }
    const std::string fresh = store.put(std::string(1000, 'f'), "")->stored;
    CHECK(store.sweep({}, {}).removed == 0);
    // The first is 10 days old and needed, the second 9.
    auto result = store.sweep({0, 8}, {files[0]});
    CHECK(result.removed == 1);
    CHECK(result.files == 5);
    CHECK(store.find(files[0], ""));
    CHECK_THAT(store.find(files[1], "").error().message, Contains("no longer stored"));
    // Kept again is as good as new.
    REQUIRE(store.put(std::string(1000, 'c'), ""));
    result = store.sweep({4'500, 0}, {files[0]});
    CHECK(result.removed == 1);
    CHECK_FALSE(store.find(files[3], ""));
    CHECK(store.find(files[2], ""));
    result = store.sweep({1, 1}, {});
    CHECK(store.find(fresh, ""));
    CHECK(store.find(files[2], ""));
    CHECK(result.files == 2);
    CHECK(result.bytes == 2000);
}

TEST_CASE("a link opens one file, for a while, and cannot be made by others") {
    const std::string hash = crypto::sha256_hex("a file");
    const Links links(Secret("the key"));
    const UnixMillis now = 1'800'000'000'000;
    const std::string token = links.make(hash, now + 60'000);
    CHECK(links.open(token, now).value() == hash);
    CHECK(links.open(token, now + 59'000).value() == hash);
    CHECK_THAT(links.open(token, now + 60'000).error().message, Contains("expired"));
    CHECK_FALSE(Links(Secret("another key")).open(token, now));
    for (std::size_t i = 0; i < token.size(); ++i) {
        std::string wrong = token;
        wrong[i] = wrong[i] == '0' ? '1' : '0';
        CAPTURE(i);
        CHECK_FALSE(links.open(wrong, now));
        CHECK_FALSE(links.open(token.substr(0, i), now));
    }
    for (const char* wrong : {"", "-", "../../etc/passwd", "%2e%2e"}) CHECK_FALSE(links.open(wrong, now));
    CHECK_FALSE(links.open(token + "0", now));
}

TEST_CASE("audio becomes a voice note, once") {
    const std::string ffmpeg = find_ffmpeg();
    REQUIRE_FALSE(ffmpeg.empty());
    const test::TempDirectory directory;
    const Store store(directory.path());
    Voice voice(store, ffmpeg, Logger());
    auto audio = store.put(wav(), "").value();
    audio.name = "hello.wav";
    const auto note = make_voice(voice, audio);
    REQUIRE(note);
    CHECK(note->mime == "audio/ogg");
    CHECK(note->name == "hello.ogg");
    const auto bytes = store.read(note->stored).value();
    CHECK(bytes.substr(0, 4) == "OggS");
    CHECK(bytes.substr(28, 8) == "OpusHead");
    CHECK(make_voice(voice, audio)->stored == note->stored);
    CHECK(make_voice(voice, *note)->stored == note->stored);  // is one already
    CHECK(files_in(directory.path()) == 2);
}

TEST_CASE("recordings of telephones become voice notes, bytes for bytes") {
    const test::TempDirectory directory;
    const Store store(directory.path());
    Voice voice(store, find_ffmpeg(), Logger());
    const auto make = [&](Voice& by, const std::string& bytes) {
        std::promise<Result<std::string>> made;
        by.make(bytes, "", [&](Result<std::string> note) { made.set_value(std::move(note)); });
        return made.get_future().get();
    };
    using namespace std::string_literals;
    std::string amr = "#!AMR\n", aac;
    for (int i = 0; i < 50; ++i) {
        amr += "\x3C" + std::string(31, '\0');                       // 20 ms at 12.2 kbit/s
        aac += "\xFF\xF1\x50\x40\x01\xBF\xFC\0\xC8\0\x80\x23\x80"s;  // 1,024 samples of silence
    }
    for (const auto& recording : {amr, aac}) {
        const auto note = make(voice, recording);
        REQUIRE(note.has_value());
        CHECK(note->substr(0, 4) == "OggS");
        CHECK(note->substr(28, 8) == "OpusHead");
    }
    CHECK(make(voice, "no sound").error().code == Errc::invalid);
    Voice without(store, "", Logger());
    CHECK(make(without, amr).error().code == Errc::unavailable);
}

TEST_CASE("what is not audio does not become a voice note, and reaches no other file") {
    const test::TempDirectory directory;
    const Store store(directory.path());
    Voice voice(store, find_ffmpeg(), Logger());
    std::ofstream(directory.path() + "/secret.wav") << wav();
    const std::string other = directory.path() + "/secret.wav";
    for (const std::string& text :
         {std::string("no audio at all"),
          "#EXTM3U\n#EXT-X-TARGETDURATION:1\n#EXTINF:1,\nfile:" + other + "\n#EXT-X-ENDLIST\n",
          "ffconcat version 1.0\nfile '" + other + "'\n", wav().substr(0, 20)}) {
        CAPTURE(text);
        const auto media = store.put(text, "audio/wav").value();
        CHECK(make_voice(voice, media).error().code == Errc::invalid);
    }
    Media gone;
    gone.stored = crypto::sha256_hex("never stored");
    CHECK(make_voice(voice, gone).error().code == Errc::not_found);
    Voice without(store, "", Logger());
    CHECK(make_voice(without, store.put(wav(), "").value()).error().code == Errc::unavailable);
}

TEST_CASE("a child process is held to its limits") {
    const auto ignore = [](std::string_view) { return Result<void>(); };
    ChildLimits limits;
    limits.time = std::chrono::seconds(1);
    CHECK(run_child({"/bin/sleep", "60"}, limits, ignore).error().code == Errc::timeout);
    limits.time = std::chrono::seconds(20);
    limits.output = 1000;
    CHECK(run_child({"/usr/bin/yes"}, limits, ignore).error().code == Errc::too_large);
    CHECK(run_child({"/nowhere/at-all"}, limits, ignore).error().code == Errc::unavailable);
    CHECK(run_child({"/bin/false"}, limits, ignore).error().code == Errc::invalid);
    std::string out;
    const auto keep = [&](std::string_view bytes) {
        out += bytes;
        return Result<void>();
    };
    CHECK(run_child({"/usr/bin/env"}, limits, keep));
    CHECK(out == "PATH=/usr/bin:/bin\nLC_ALL=C\n");
    CHECK_FALSE(run_child({"/bin/sh", "-c", "echo x > " + test::TempDirectory().path() + "-file"}, limits, ignore));
}

}  // namespace
}  // namespace parley::media
