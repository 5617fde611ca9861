#include "media/store.hpp"

#include <catch2/catch.hpp>
#include <filesystem>
#include <future>
#include <string>
#include <thread>
#include <vector>

#include "core/crypto.hpp"
#include "media/open_file.hpp"
#include "support/postgres.hpp"
#include "support/result_printer.hpp"

namespace parley::media {
namespace {

namespace fs = std::filesystem;
const std::string png("\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\0\x01\0\0\0\x01\x08\x06\0\0\0\x1f\x15\xc4\x89", 33);

std::size_t files_in(const std::string& directory) {
    std::size_t count = 0;
    for (const auto& entry : fs::recursive_directory_iterator(directory)) count += entry.is_regular_file() ? 1 : 0;
    return count;
}

TEST_CASE("a file is kept under the hash of its content, once") {
    const test::TempDirectory directory;
    const Store store(directory.path() + "/media");
    const auto first = store.put(png, "");
    REQUIRE(first);
    CHECK(first->stored == crypto::sha256_hex(png));
    CHECK(first->mime == "image/png");
    CHECK(first->kind == MediaKind::image);
    CHECK(first->size == png.size());
    REQUIRE(store.put(png, "image/jpeg"));
    CHECK(files_in(directory.path()) == 1);
    CHECK(store.read(first->stored).value() == png);
    REQUIRE(store.put(png + "x", ""));
    CHECK(files_in(directory.path()) == 2);
    CHECK((fs::status(directory.path() + "/media").permissions() & fs::perms(0077)) == fs::perms::none);
    CHECK((fs::status(store.path(first->stored)).permissions() & fs::perms(0777)) == fs::perms(0600));
}

TEST_CASE("a file that was cut short on disk is written anew") {
    const test::TempDirectory directory;
    const Store store(directory.path() + "/media");
    const auto media = store.put("a whole file", "");
    REQUIRE(media);
    fs::resize_file(store.path(media->stored), 3);
    REQUIRE(store.put("a whole file", ""));
    CHECK(store.read(media->stored).value() == "a whole file");
}

TEST_CASE("many threads may keep the same file") {
    const test::TempDirectory directory;
    const Store store(directory.path() + "/media");
    const std::string content(300'000, 'x');
    std::vector<std::thread> threads;
    for (int i = 0; i < 8; ++i) threads.emplace_back([&] { store.put(content, "text/plain").value(); });
    for (auto& thread : threads) thread.join();
    CHECK(files_in(directory.path()) == 1);
    CHECK(store.read(crypto::sha256_hex(content)).value() == content);
}

TEST_CASE("an empty file is a file") {
    const test::TempDirectory directory;
    const Store store(directory.path() + "/media");
    const auto media = store.put("", "text/plain");
    REQUIRE(media);
    CHECK(store.read(media->stored).value().empty());
    CHECK(store.find(media->stored, "")->size == 0);
}

TEST_CASE("a file that is opened is read in pieces, also when it is swept away meanwhile") {
    const test::TempDirectory directory;
    const Store store(directory.path());
    WorkerPool workers(1);
    const auto media = store.put("0123456789", "").value();
    const auto file = open_file(store, media.stored, workers).value();
    CHECK(file->size() == 10);
    CHECK(file->head() == "0123456789");
    const auto read = [&](std::uint64_t offset, std::size_t most) {
        std::promise<Result<std::string>> told;
        file->read(offset, most, [&](Result<std::string> bytes) { told.set_value(std::move(bytes)); });
        return told.get_future().get();
    };
    std::filesystem::remove(store.path(media.stored));
    CHECK(read(0, 4).value() == "0123");
    CHECK(read(4, 100).value() == "456789");
    CHECK(read(0, 100).value() == "0123456789");
    CHECK(open_file(store, media.stored, workers).error().code == Errc::not_found);
    CHECK(open_file(store, "../etc/passwd", workers).error().code == Errc::invalid);

    const auto other = store.put("abc", "").value();
    const auto cut = open_file(store, other.stored, workers).value();
    std::filesystem::resize_file(store.path(other.stored), 1);
    std::promise<Result<std::string>> told;
    cut->read(0, 3, [&](Result<std::string> bytes) { told.set_value(std::move(bytes)); });
    CHECK_THAT(told.get_future().get().error().message, Catch::Matchers::Contains("shorter"));
}

TEST_CASE("a reference is a hash and nothing else") {
    const test::TempDirectory directory;
    const Store store(directory.path() + "/media");
    const std::string hash = crypto::sha256_hex("not stored");
    CHECK(store.find(hash, "").error().code == Errc::not_found);
    CHECK(store.read(hash).error().code == Errc::not_found);
    std::string upper = hash;
    upper[0] = 'A';
    const std::string bad[] = {"",
                               "..",
                               "../../../../etc/passwd",
                               "/etc/passwd",
                               std::string(61, '.') + "/..",
                               "../" + std::string(61, 'a'),
                               hash + "x",
                               hash.substr(1),
                               upper,
                               hash.substr(0, 63) + std::string(1, '\0')};
    for (const auto& reference : bad) {
        INFO(reference);
        REQUIRE_FALSE(store.find(reference, "image/png"));
        CHECK(store.find(reference, "").error().code == Errc::invalid);
        CHECK(store.read(reference).error().code == Errc::invalid);
    }
}

TEST_CASE("types and kinds") {
    CHECK(parley::media::MimeDetector().detect("%PDF-1.4\n") == "application/pdf");
    CHECK(parley::media::MimeDetector().detect("just words\n") == "text/plain");
    CHECK(kind_of_mime("image/webp") == MediaKind::image);
    CHECK(kind_of_mime("video/mp4") == MediaKind::video);
    CHECK(kind_of_mime("audio/ogg; codecs=opus") == MediaKind::audio);
    CHECK(kind_of_mime("application/pdf") == MediaKind::document);
    CHECK(kind_of_mime("") == MediaKind::document);
}

}  // namespace
}  // namespace parley::media
