#include "media/store.hpp"

#include <fcntl.h>
#include <magic.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <memory>
#include <sstream>

#include "core/crypto.hpp"
#include "core/ids.hpp"

namespace parley::media {
namespace {

constexpr std::size_t reference_size = 64;  // SHA-256 in hex

bool is_reference(std::string_view text) {
    return text.size() == reference_size && std::all_of(text.begin(), text.end(), [](char c) {
               return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f');
           });
}

// All of it, on the disk, or nothing under that name.
Result<void> write_whole(const std::string& path, std::string_view bytes) {
    const std::string part = path + "." + make_trace();
    const int file = open(part.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    bool ok = file >= 0;
    while (ok && !bytes.empty()) {
        const auto written = write(file, bytes.data(), bytes.size());
        if (written < 0 && errno == EINTR) continue;
        ok = written > 0;
        if (ok) bytes.remove_prefix(static_cast<std::size_t>(written));
    }
    ok = ok && fsync(file) == 0;
    const int why = errno;
    if (file >= 0) close(file);
    if (ok && rename(part.c_str(), path.c_str()) == 0) return {};
    unlink(part.c_str());
    return make_error(Errc::unavailable, "cannot store the file: " + std::string(std::strerror(why)));
}

}  // namespace

Store::Store(std::string directory) : directory_(std::move(directory)) {
    std::filesystem::create_directories(directory_);
    std::filesystem::permissions(directory_, std::filesystem::perms::owner_all);
}

Result<Media> Store::put(std::string_view bytes, std::string_view mime) const {
    Media media;
    media.stored = crypto::sha256_hex(bytes);
    media.mime = mime.empty() ? detector_.detect(bytes) : std::string(mime);
    media.kind = kind_of_mime(media.mime);
    media.size = bytes.size();
    const std::string where = path(media.stored);
    std::error_code error;
    if (std::filesystem::file_size(where, error) == bytes.size() && !error) return media;
    std::filesystem::create_directories(std::filesystem::path(where).parent_path(), error);
    if (auto written = write_whole(where, bytes); !written) return written.error();
    return media;
}

Result<Media> Store::find(std::string_view reference, std::string_view mime) const {
    if (!is_reference(reference)) return make_error(Errc::invalid, "that is not a reference to a stored file");
    std::error_code error;
    const auto size = std::filesystem::file_size(path(reference), error);
    if (error) return make_error(Errc::not_found, "the file is no longer stored");
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
    if (!file) return make_error(Errc::not_found, "the file is no longer stored");
    std::ostringstream content;
    content << file.rdbuf();
    return std::move(content).str();
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
