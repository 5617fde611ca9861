// Files of messages, on disk under the SHA-256 of their content. Names that people gave to files are never paths here.
// [any thread but the I/O thread: reads and writes files]
#pragma once

#include <memory>
#include <mutex>
#include <set>
#include <string>
#include <string_view>

#include "core/crypto.hpp"
#include "core/error.hpp"
#include "core/message.hpp"

struct magic_set;

namespace parley::media {

// Tells the MIME type of a file's content, by libmagic; "application/octet-stream" when it cannot. [any thread]
// libmagic's database is dear to load and not thread-safe: one for all, behind a mutex.
class MimeDetector {
public:
    MimeDetector();
    ~MimeDetector();
    std::string detect(std::string_view bytes) const;

private:
    mutable std::mutex mutex_;
    std::unique_ptr<magic_set, void (*)(magic_set*)> magic_;
};

class Writer;

// How much is kept, and for how long. 0: no limit.
struct StoreLimits {
    std::uint64_t quota = 0;  // bytes of all files
    int retention_days = 0;
};

class Store {
public:
    // Makes the directory when it is not there, and clears away what writers of an earlier process left half-done.
    // Throws std::filesystem::filesystem_error.
    // `min_free`: bytes that stay free on the disk whatever comes; what would take them is refused with
    // Errc::unavailable, so that a flood of files leaves room for the database.
    explicit Store(std::string directory, std::uint64_t min_free = 0);

    // A file that comes in pieces. Outlived by the store.
    std::unique_ptr<Writer> begin() const;

    // Keeps the bytes; the answer's `stored`, `mime` (detected when empty), `kind` and `size` are set. The same content
    // is kept once.
    Result<Media> put(std::string_view bytes, std::string_view mime) const;

    // What is kept under this reference. Errc::invalid: not a reference; Errc::not_found: nothing there any more;
    // Errc::unavailable: the disk does not let us look.
    Result<Media> find(std::string_view reference, std::string_view mime) const;

    Result<std::string> read(std::string_view reference) const;
    // `size` bytes from `offset` on, fewer at the end.
    Result<std::string> read(std::string_view reference, std::uint64_t offset, std::uint64_t size) const;
    std::string path(std::string_view reference) const;

    struct Sweep {
        std::uint64_t files = 0, bytes = 0;  // that are left
        std::uint64_t removed = 0;
    };
    // Takes away what is too old, then the oldest until the rest is within the quota: the time at which a file was last
    // stored counts. Never what is in `needed`, and nothing younger than an hour: what it is meant for may not be in
    // the tables yet.
    Sweep sweep(const StoreLimits& limits, const std::set<std::string, std::less<>>& needed) const;

private:
    friend class Writer;
    Result<void> check_room() const;

    std::string directory_;
    std::uint64_t min_free_;
    MimeDetector detector_;
};

// One file on its way into the store: a temporary file that becomes a stored one, or goes with its writer.
// [one thread at a time, not the I/O thread]
class Writer {
public:
    explicit Writer(const Store& store);
    ~Writer();
    Writer(const Writer&) = delete;
    Writer& operator=(const Writer&) = delete;

    Result<void> write(std::string_view bytes);
    std::uint64_t size() const { return size_; }
    // What it is, as far as it came (see settle_mime).
    std::string mime(std::string_view declared) const;

    // Once. The answer's `stored`, `mime` (see settle_mime), `kind` and `size` are set. Errc::invalid when `sha256`
    // (hex) is not empty and not the file's.
    Result<Media> finish(std::string_view declared, std::string_view sha256 = {});

private:
    Result<void> open();

    const Store& store_;
    std::string part_;  // path of the temporary file; empty: none
    int file_ = -1;
    std::string head_;  // what the type is told from
    std::uint64_t size_ = 0;
    std::uint64_t checked_ = 0;  // up to this size there was room
    crypto::Sha256 digest_;
};

// The type a file shall have that its sender calls `declared` while its content looks like `found`. The content is
// believed. The sender knows better only where contents look alike: kinds of text and of zip archives, sound and video
// in one container.
std::string settle_mime(std::string_view declared, std::string_view found);

// What `why` (an errno) says about a stored file: Errc::not_found, it is gone; Errc::unavailable, a fault that may
// pass.
Error cannot_read(int why);

// "image/png" -> image, "audio/ogg" -> audio, "image/webp" -> image, anything else -> document.
MediaKind kind_of_mime(std::string_view mime);

}  // namespace parley::media
