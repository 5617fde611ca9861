// Voice notes have to be Opus in Ogg. Other audio is converted by the program ffmpeg: a child process without a shell,
// that reads one stored file and its own pipe and nothing else, with limits on time, memory and output.
#pragma once

#include <atomic>
#include <map>
#include <mutex>
#include <string>

#include "core/log.hpp"
#include "core/unique_function.hpp"
#include "core/worker_pool.hpp"
#include "media/store.hpp"

namespace parley::media {

// Where ffmpeg is, looked for in PATH; empty: it is not installed.
std::string find_ffmpeg();

inline constexpr std::string_view no_ffmpeg_advice =
    "install it (Debian: apt-get install ffmpeg) to send audio as voice notes; without it they go out as audio files";

class Voice {
public:
    // `ffmpeg` may be empty. The store outlives this.
    Voice(const Store& store, std::string ffmpeg, Logger log);

    ~Voice() { stopping_ = true; }  // what is at work or waits ends soon: Errc::gone

    // [any thread] The stored audio as a voice note: itself when it is Opus in Ogg already, else a converted copy, made
    // once. `done` is called on a thread of this class, or before this returns when too many wait. Errc::unavailable:
    // no ffmpeg; Errc::invalid: not audio that it can read, or longer than ten minutes; timeout; overloaded.
    void make(const Media& audio, UniqueFunction<void(Result<Media>)> done);

    // [any thread] The same for bytes of this type, and the voice note's bytes.
    void make(std::string bytes, std::string mime, UniqueFunction<void(Result<std::string>)> done);

private:
    Result<Media> make_now(const Media& audio);

    const Store& store_;
    std::string ffmpeg_;
    Logger log_;
    std::atomic<bool> stopping_{false};
    std::once_flag told_;
    std::map<std::string, std::string> made_;  // hash of the audio -> hash of its voice note; used by the one worker
    WorkerPool worker_{1, 1'000};              // last: its work ends before the rest goes
};

}  // namespace parley::media
