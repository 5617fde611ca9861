#include "plugins/sealed_file.hpp"

#include <fcntl.h>
#include <openssl/evp.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <cerrno>
#include <cstring>
#include <filesystem>
#include <utility>
#include <vector>

#include "plugins/file_descriptor.hpp"

namespace parley::plugins {
namespace {

constexpr off_t max_plugin_bytes = 256 * 1024 * 1024;
#ifndef MFD_EXEC
constexpr unsigned MFD_EXEC = 0x0010U;
#endif

Error failed(Errc code, const std::string& what) {
    return make_error(code, what + ": " + std::strerror(errno));
}

Result<FileDescriptor> open_regular(const std::string& path, struct stat& info) {
    // O_NONBLOCK: opening a FIFO must not wait for its other end. O_NOFOLLOW: what a link points to can be swapped
    // without the directory changing, which nobody would see.
    FileDescriptor file(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK));
    if (!file) {
        if (errno == ELOOP)
            return make_error(Errc::invalid, "a symbolic link: copy the file itself into the plugins directory");
        if (errno == ENXIO) return make_error(Errc::invalid, "not a regular file");
        return failed(errno == ENOENT ? Errc::not_found : Errc::denied, "cannot be opened");
    }
    if (::fstat(file.get(), &info) != 0) return failed(Errc::unavailable, "cannot be examined");
    if (S_ISDIR(info.st_mode)) return make_error(Errc::invalid, "a directory, not a file");
    if (!S_ISREG(info.st_mode)) return make_error(Errc::invalid, "not a regular file");
    if (info.st_size > max_plugin_bytes) return make_error(Errc::too_large, "larger than 256 MiB");
    return file;
}

// Made of the file's name for the eyes of people reading /proc/self/maps, and a number that is never used twice.
std::string unique_name(const std::string& path) {
    static std::atomic<unsigned long> counter{0};
    std::string stem;
    for (const char c : std::filesystem::path(path).stem().string().substr(0, 64)) {
        const bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
        stem += plain || c == '-' || c == '.' ? c : '_';
    }
    return "parley-plugin-" + stem + "-" + std::to_string(++counter) + "-";
}

FileDescriptor make_memfd(const std::string& name) {
    const unsigned flags = MFD_CLOEXEC | MFD_ALLOW_SEALING;
    FileDescriptor memory(::memfd_create(name.c_str(), flags | MFD_EXEC));
    if (!memory && errno == EINVAL) memory = FileDescriptor(::memfd_create(name.c_str(), flags));  // before Linux 6.3
    return memory;
}

Result<void> copy_bytes(int from, int to, off_t size) {
    std::vector<char> buffer(256 * 1024);
    off_t done = 0;
    while (done < size) {
        const ssize_t got = ::pread(from, buffer.data(), buffer.size(), done);
        if (got < 0 && errno == EINTR) continue;
        if (got < 0) return failed(Errc::unavailable, "cannot be read");
        if (got == 0) return make_error(Errc::unavailable, "it is still being written");
        for (ssize_t put = 0; put < got;) {
            const ssize_t wrote = ::pwrite(to, buffer.data() + put, static_cast<std::size_t>(got - put), done + put);
            if (wrote < 0 && errno == EINTR) continue;
            if (wrote <= 0) return failed(Errc::unavailable, "no memory for a copy of it");
            put += wrote;
        }
        done += got;
    }
    return {};
}

bool same_file_state(const struct stat& a, const struct stat& b) {
    return a.st_size == b.st_size && a.st_mtim.tv_sec == b.st_mtim.tv_sec && a.st_mtim.tv_nsec == b.st_mtim.tv_nsec;
}

std::string sha256_hex(std::span<const std::byte> bytes) {
    std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
    unsigned length = 0;
    if (EVP_Digest(bytes.data(), bytes.size(), digest.data(), &length, EVP_sha256(), nullptr) != 1)
        throw std::runtime_error("SHA-256 is not available");
    static constexpr char digits[] = "0123456789abcdef";
    std::string text;
    for (unsigned i = 0; i < length; ++i) {
        text += digits[digest[i] >> 4];
        text += digits[digest[i] & 15];
    }
    return text;
}

}  // namespace

Result<SealedFile> SealedFile::read(const std::string& path) {
    struct stat before {};
    const auto file = open_regular(path, before);
    if (!file) return file.error();

    SealedFile sealed;
    sealed.name_ = unique_name(path);
    FileDescriptor memory = make_memfd(sealed.name_);
    if (!memory) return failed(Errc::unavailable, "no memory file for it");
    if (const auto copied = copy_bytes(file->get(), memory.get(), before.st_size); !copied) return copied.error();
    struct stat after {};
    if (::fstat(file->get(), &after) != 0 || !same_file_state(before, after))
        return make_error(Errc::unavailable, "it is still being written");
    if (::fcntl(memory.get(), F_ADD_SEALS, F_SEAL_WRITE | F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_SEAL) != 0)
        return failed(Errc::unavailable, "its copy cannot be sealed");
    sealed.fd_ = memory.release();
    if (const auto mapped = sealed.map(); !mapped) return mapped.error();
    sealed.hash_ = sha256_hex(sealed.bytes());
    return sealed;
}

Result<SealedFile> SealedFile::adopt(int fd) {
    SealedFile sealed;
    sealed.fd_ = fd;
    std::error_code none;
    const auto link = std::filesystem::read_symlink("/proc/self/fd/" + std::to_string(fd), none).string();
    if (link.rfind("/memfd:", 0) != 0) return make_error(Errc::invalid, "the descriptor is no memory file");
    sealed.name_ = link.substr(7, link.find(' ') - 7);
    if (const auto mapped = sealed.map(); !mapped) return mapped.error();
    return sealed;
}

Result<void> SealedFile::map() {
    struct stat info {};
    if (::fstat(fd_, &info) != 0) return failed(Errc::invalid, "cannot be examined");
    size_ = static_cast<std::size_t>(info.st_size);
    if (size_ == 0) return {};
    void* area = ::mmap(nullptr, size_, PROT_READ, MAP_PRIVATE, fd_, 0);
    if (area == MAP_FAILED) {
        size_ = 0;
        return failed(Errc::unavailable, "cannot be mapped");
    }
    data_ = static_cast<const std::byte*>(area);
    return {};
}

void SealedFile::unmap() {
    if (data_) ::munmap(const_cast<std::byte*>(data_), size_);
    data_ = nullptr;
    size_ = 0;
}

SealedFile::SealedFile(SealedFile&& other) noexcept {
    *this = std::move(other);
}

SealedFile& SealedFile::operator=(SealedFile&& other) noexcept {
    std::swap(fd_, other.fd_);
    std::swap(name_, other.name_);
    std::swap(hash_, other.hash_);
    std::swap(data_, other.data_);
    std::swap(size_, other.size_);
    return *this;
}

SealedFile::~SealedFile() {
    unmap();
    if (fd_ >= 0) ::close(fd_);
}

}  // namespace parley::plugins
