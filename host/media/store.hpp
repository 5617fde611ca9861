// Files of messages, on disk under the SHA-256 of their content. Names that people gave to files are never paths here.
// [any thread but the I/O thread: reads and writes files]
#pragma once

#include <memory>
#include <mutex>
#include <string>
#include <string_view>

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

class Store {
public:
    // Makes the directory when it is not there. Throws std::filesystem::filesystem_error.
    explicit Store(std::string directory);

    // Keeps the bytes; the answer's `stored`, `mime` (detected when empty), `kind` and `size` are set. The same content
    // is kept once.
    Result<Media> put(std::string_view bytes, std::string_view mime) const;

    // What is kept under this reference. Errc::invalid: not a reference; Errc::not_found: nothing there any more.
    Result<Media> find(std::string_view reference, std::string_view mime) const;

    Result<std::string> read(std::string_view reference) const;
    std::string path(std::string_view reference) const;

private:
    std::string directory_;
    MimeDetector detector_;
};

// "image/png" -> image, "audio/ogg" -> audio, "image/webp" -> image, anything else -> document.
MediaKind kind_of_mime(std::string_view mime);

}  // namespace parley::media
