// The bytes of a plugin file, read once into sealed memory: what is checked is what is loaded, whatever happens to the
// file. The descriptor stays open as long as the object lives, because the dynamic loader knows a library by the name
// /proc/self/fd/N and would hand out the old one for a number used again.
#pragma once

#include <cstddef>
#include <span>
#include <string>

#include "core/error.hpp"

namespace parley::plugins {

class SealedFile {
public:
    // Errc::unavailable: it changed while it was read, try again when it is quiet. Other codes: it will not do.
    static Result<SealedFile> read(const std::string& path);
    // Takes over a descriptor of a sealed file made elsewhere (by the host of a trial).
    static Result<SealedFile> adopt(int fd);

    SealedFile(SealedFile&& other) noexcept;
    SealedFile& operator=(SealedFile&& other) noexcept;
    ~SealedFile();

    int fd() const { return fd_; }
    const std::string& name() const { return name_; }  // unique in this process; appears in /proc/self/maps when loaded
    const std::string& hash() const { return hash_; }  // SHA-256, hex
    std::span<const std::byte> bytes() const { return {data_, size_}; }

    // Lets go of bytes(), which would show up in /proc/self/maps like a loaded library.
    void unmap();

private:
    SealedFile() = default;
    Result<void> map();

    int fd_ = -1;
    std::string name_, hash_;
    const std::byte* data_ = nullptr;
    std::size_t size_ = 0;
};

}  // namespace parley::plugins
