#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

#include "core/ids.hpp"
#include "media/store.hpp"

namespace parley::media {
namespace {

constexpr std::size_t longest_type = 255;
constexpr std::size_t head_size = 16 * 1024;
constexpr std::uint64_t check_every = 4u << 20;  // bytes

Error disk_error() {
    const int why = errno;
    return make_error(Errc::unavailable, "cannot store the file: " + std::string(std::strerror(why)));
}

bool sync_directory(const std::string& path) {
    const int directory = ::open(path.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (directory < 0) return false;
    const bool synced = fsync(directory) == 0;
    const int why = errno;
    close(directory);
    errno = why;
    return synced;
}

}  // namespace

Writer::Writer(const Store& store) : store_(store) {}

Writer::~Writer() {
    if (file_ >= 0) close(file_);
    if (!part_.empty()) unlink(part_.c_str());
}

Result<void> Writer::open() {
    if (file_ >= 0) return {};
    const std::string part = store_.directory_ + "/incoming/" + make_trace();
    file_ = ::open(part.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
    if (file_ < 0) return disk_error();
    part_ = part;
    return {};
}

Result<void> Writer::write(std::string_view bytes) {
    if (auto ok = open(); !ok) return ok;
    if (size_ + bytes.size() > checked_) {
        if (auto room = store_.check_room(); !room) return room;
        checked_ = size_ + bytes.size() + check_every;
    }
    digest_.add(bytes);
    size_ += bytes.size();
    if (head_.size() < head_size) head_.append(bytes.substr(0, head_size - head_.size()));
    while (!bytes.empty()) {
        const auto written = ::write(file_, bytes.data(), bytes.size());
        if (written < 0 && errno == EINTR) continue;
        if (written < 0) return disk_error();
        bytes.remove_prefix(static_cast<std::size_t>(written));
    }
    return {};
}

std::string Writer::mime(std::string_view declared) const {
    return settle_mime(declared, store_.detector_.detect(head_));
}

Result<Media> Writer::finish(std::string_view declared, std::string_view sha256) {
    if (auto ok = open(); !ok) return ok.error();  // an empty file is a file
    Media media;
    const auto digest = digest_.finish();
    media.stored = crypto::hex_encode(crypto::bytes_of(digest));
    if (!sha256.empty() && sha256 != media.stored)
        return make_error(Errc::invalid, "the file arrived damaged: it does not have the SHA-256 that was announced");
    media.size = size_;
    media.mime = mime(declared);
    media.kind = kind_of_mime(media.mime);

    const std::string path = store_.path(media.stored), directory = path.substr(0, path.rfind('/'));
    struct stat there {};
    const bool known = lstat(path.c_str(), &there) == 0 && S_ISREG(there.st_mode) &&
                       static_cast<std::uint64_t>(there.st_size) == size_;
    if (known) {  // the same content once more: only its age begins anew
        if (utimensat(AT_FDCWD, path.c_str(), nullptr, 0) != 0) return disk_error();
    } else {
        if (mkdir(directory.c_str(), 0700) != 0 && errno != EEXIST) return disk_error();
        if (fsync(file_) != 0 || rename(part_.c_str(), path.c_str()) != 0) return disk_error();
        part_.clear();
    }
    // Its name must outlast a power cut as well: whatever mentions it is committed next.
    if (!sync_directory(directory) || !sync_directory(store_.directory_)) return disk_error();
    return media;
}

std::string settle_mime(std::string_view declared, std::string_view found) {
    const auto family = [](std::string_view mime) { return mime.substr(0, mime.find('/')); };
    const auto is_one_of = [](std::string_view name, std::initializer_list<std::string_view> names) {
        return std::find(names.begin(), names.end(), name) != names.end();
    };
    const auto is_printable = [](char c) { return c >= ' ' && c <= '~'; };
    const bool is_type = declared.find('/') != std::string_view::npos && declared.size() <= longest_type &&
                         std::all_of(declared.begin(), declared.end(), is_printable);
    if (!is_type || declared == found) return std::string(found);
    const auto said = family(declared), is = family(found);
    const bool both_media = is_one_of(said, {"audio", "video"}) && is_one_of(is, {"audio", "video"});
    const bool both_archives = found == "application/zip" && said == "application";
    const bool both_text = found == "text/plain" && is_one_of(said, {"text", "application"}) &&
                           declared.substr(0, 9) != "text/html" && declared.find("xhtml") == std::string_view::npos;
    const bool is_unknown = found == "application/octet-stream" && is_one_of(said, {"application", "audio", "video"});
    return std::string(both_media || both_archives || both_text || is_unknown ? declared : found);
}

}  // namespace parley::media
