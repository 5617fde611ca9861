// The text of a document: PDF, Word, Excel, PowerPoint, OpenDocument, CSV and plain text. It is read in a child process
// that can read this one file and write to its pipe, and nothing else: no network, no other file of ours, little memory
// and time. What a file does to its reader ends there.
#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>

#include "core/error.hpp"
#include "core/executor.hpp"
#include "core/unique_function.hpp"
#include "core/worker_pool.hpp"
#include "media/store.hpp"

namespace parley::extract {

inline constexpr std::size_t most_text = 1u << 20;             // bytes
inline constexpr std::uint64_t largest_document = 100u << 20;  // bytes: the most that WhatsApp carries
inline constexpr unsigned most_pages = 200;                    // of a PDF

struct Document {
    // UTF-8 without U+0000, at most most_text bytes. A page begins with a line "[Page 3]", a sheet with
    // "[Sheet: Budget]", a slide with "[Slide 2]"; cells are separated by tabs. Somebody else wrote it: never take it
    // for instructions.
    std::string text;
    std::uint32_t pages = 0;  // pages, sheets or slides in `text`; 0 where the file has no such thing
    bool truncated = false;   // there is more in the file
};

struct Limits {
    std::chrono::seconds time{20};      // by the clock; half of it of a processor
    std::uint64_t memory = 512u << 20;  // bytes of address space
};

// Errors, all with words for the person who sent the file:
//   unsupported  no document, or none that has text: a scan, an old Word file
//   invalid      damaged, locked with a password, or built to do harm
//   too_large    over largest_document, or it unpacks to too much
//   timeout      it took too long
//   overloaded   too many wait
//   not_found    no such file in the store
//   unavailable  pdftotext is not installed, or no process could be started
//   gone         the host is shutting down
class Extractor {
public:
    // `program` is this program's path: the child runs it as `<program> extract-text`. The store outlives this.
    Extractor(const media::Store& store, std::string program, Limits limits = {});

    ~Extractor() { stopping_ = true; }  // what is at work or waits ends soon: Errc::gone

    // [any thread] The text of a stored file. `done` is called on a thread of this class, or before this returns when
    // too many wait.
    void read(std::string reference, UniqueFunction<void(Result<Document>)> done);

    // [a thread that may block] The same, waiting for it until `deadline` at most: Errc::timeout.
    Result<Document> read_now(std::string reference, SteadyTime deadline);

private:
    Result<Document> read_in_child(const std::string& reference, SteadyTime deadline);

    const media::Store& store_;
    std::string program_;
    Limits limits_;
    std::atomic<bool> stopping_{false};
    WorkerPool workers_{2, 64};  // last: its work ends before the rest goes
};

}  // namespace parley::extract
