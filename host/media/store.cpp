#include "media/store.hpp"

#include <magic.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <memory>
#include <sstream>

namespace parley::media {
namespace {

constexpr std::size_t reference_size = 64;  // SHA-256 in hex

bool is_reference(std::string_view text) {
    return text.size() == reference_size && std::all_of(text.begin(), text.end(), [](char c) {
               return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f');
           });
}

Error gone() {
    return make_error(Errc::not_found,
                      "the file is no longer stored: files are kept as long as MEDIA_RETENTION_DAYS and MEDIA_QUOTA_MB "
                      "allow");
}

}  // namespace

Error cannot_read(int why) {
    if (why == ENOENT) return gone();
    return make_error(Errc::unavailable, "cannot read the file: " + std::string(std::strerror(why)));
}

Store::Store(std::string directory, std::uint64_t min_free) : directory_(std::move(directory)), min_free_(min_free) {
    std::filesystem::create_directories(directory_);
    std::filesystem::permissions(directory_, std::filesystem::perms::owner_all);
    std::filesystem::remove_all(directory_ + "/incoming");
    std::filesystem::create_directory(directory_ + "/incoming");
}

Result<void> Store::check_room() const {
    if (min_free_ == 0) return {};
    std::error_code error;
    const auto room = std::filesystem::space(directory_, error);
    if (error || room.available >= min_free_) return {};
    return make_error(Errc::unavailable, "the disk is nearly full: files are not stored while less than " +
                                             std::to_string(min_free_ >> 20) +
                                             " MiB are free (MEDIA_MIN_FREE_MB); make room");
}

std::unique_ptr<Writer> Store::begin() const {
    return std::make_unique<Writer>(*this);
}

Result<Media> Store::put(std::string_view bytes, std::string_view mime) const {
    Writer writer(*this);
    if (auto ok = writer.write(bytes); !ok) return ok.error();
    auto media = writer.finish("");
    if (!media || mime.empty()) return media;
    media->mime = std::string(mime);
    media->kind = kind_of_mime(mime);
    return media;
}

Result<Media> Store::find(std::string_view reference, std::string_view mime) const {
    if (!is_reference(reference)) return make_error(Errc::invalid, "that is not a reference to a stored file");
    std::error_code error;
    const auto size = std::filesystem::file_size(path(reference), error);
    if (error) return cannot_read(error.value());
    Media media;
    media.stored = std::string(reference);
    media.size = size;
    if (mime.empty()) {
        std::ifstream file(path(reference), std::ios::binary);
        std::string head(4096, '\0');
        file.read(head.data(), static_cast<std::streamsize>(head.size()));
        head.resize(static_cast<std::size_t>(std::max<std::streamsize>(file.gcount(), 0)));
        media.mime = detector_.detect(head);
    } else {
        media.mime = std::string(mime);
    }
    media.kind = kind_of_mime(media.mime);
    return media;
}

Result<std::string> Store::read(std::string_view reference) const {
    if (!is_reference(reference)) return make_error(Errc::invalid, "that is not a reference to a stored file");
    std::ifstream file(path(reference), std::ios::binary);
    if (!file) return gone();
    std::ostringstream content;
    content << file.rdbuf();
    return std::move(content).str();
}

Result<std::string> Store::read(std::string_view reference, std::uint64_t offset, std::uint64_t size) const {
    if (!is_reference(reference)) return make_error(Errc::invalid, "that is not a reference to a stored file");
    std::ifstream file(path(reference), std::ios::binary);
    if (!file || !file.seekg(static_cast<std::streamoff>(offset))) return gone();
    std::string bytes(size, '\0');
    file.read(bytes.data(), static_cast<std::streamsize>(size));
    bytes.resize(static_cast<std::size_t>(file.gcount()));
    return bytes;
}

std::string Store::path(std::string_view reference) const {
    // Two characters of fan-out keep directories small.
    return directory_ + "/" + std::string(reference.substr(0, 2)) + "/" + std::string(reference);
}

MimeDetector::MimeDetector()
    : magic_(magic_open(MAGIC_MIME_TYPE | MAGIC_NO_CHECK_COMPRESS), [](magic_set* set) { magic_close(set); }) {
    if (magic_) magic_load(magic_.get(), nullptr);
}

MimeDetector::~MimeDetector() = default;

std::string MimeDetector::detect(std::string_view bytes) const {
    std::lock_guard lock(mutex_);
    const char* found = magic_ ? magic_buffer(magic_.get(), bytes.data(), bytes.size()) : nullptr;
    return found ? found : "application/octet-stream";
}

MediaKind kind_of_mime(std::string_view mime) {
    if (mime.substr(0, 6) == "image/") return MediaKind::image;
    if (mime.substr(0, 6) == "video/") return MediaKind::video;
    if (mime.substr(0, 6) == "audio/") return MediaKind::audio;
    return MediaKind::document;
}

}  // namespace parley::media
