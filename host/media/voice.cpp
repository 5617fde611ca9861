#include "media/voice.hpp"

#include <unistd.h>

#include <cstdlib>
#include <optional>
#include <vector>

#include "media/child.hpp"

namespace parley::media {
namespace {

constexpr std::uint64_t largest_voice_note = 16u << 20;  // what WhatsApp takes
constexpr std::size_t most_remembered = 10'000;

bool is_opus_in_ogg(const Store& store, const std::string& reference) {
    const auto head = store.read(reference, 0, 64);
    return head && head->substr(0, 4) == "OggS" && head->find("OpusHead") != std::string::npos;
}

// Only formats that hold sound and can name no other file; no playlists.
const char* const formats =
    "aac,ac3,aiff,amr,amrnb,amrwb,asf,avi,caf,flac,matroska,webm,mov,mp4,m4a,3gp,3g2,mj2,mp3,ogg,wav,w64";

std::vector<std::string> arguments(const std::string& ffmpeg, const std::string& file) {
    return {ffmpeg, "-nostdin", "-hide_banner", "-loglevel", "error", "-protocol_whitelist", "file,pipe",
            "-format_whitelist", formats, "-i", "file:" + file,
            // The first sound track, nothing else of the file.
            "-map", "0:a:0", "-map_metadata", "-1", "-t", "600", "-ac", "1", "-ar", "48000", "-c:a", "libopus", "-b:a",
            "32k", "-application", "voip", "-threads", "1", "-f", "ogg", "pipe:1"};
}

}  // namespace

std::string find_ffmpeg() {
    const char* path = std::getenv("PATH");
    std::string_view rest = path ? path : "/usr/local/bin:/usr/bin:/bin";
    while (!rest.empty()) {
        const auto end = std::min(rest.find(':'), rest.size());
        const std::string program = std::string(rest.substr(0, end)) + "/ffmpeg";
        if (program[0] == '/' && access(program.c_str(), X_OK) == 0) return program;
        rest.remove_prefix(std::min(end + 1, rest.size()));
    }
    return {};
}

Voice::Voice(const Store& store, std::string ffmpeg, Logger log)
    : store_(store), ffmpeg_(std::move(ffmpeg)), log_(std::move(log)) {}

void Voice::make(const Media& audio, UniqueFunction<void(Result<Media>)> done) {
    auto shared = std::make_shared<UniqueFunction<void(Result<Media>)>>(std::move(done));
    if (!worker_.submit([this, audio, shared] { (*shared)(make_now(audio)); }))
        (*shared)(make_error(Errc::overloaded, "too many files wait to be made voice notes"));
}

void Voice::make(std::string bytes, std::string mime, UniqueFunction<void(Result<std::string>)> done) {
    auto shared = std::make_shared<UniqueFunction<void(Result<std::string>)>>(std::move(done));
    const bool taken = worker_.submit([this, bytes = std::move(bytes), mime = std::move(mime), shared] {
        const auto stored = store_.put(bytes, mime);
        const auto made = stored ? make_now(*stored) : stored;
        (*shared)(made ? store_.read(made->stored) : Result<std::string>(made.error()));
    });
    if (!taken) (*shared)(make_error(Errc::overloaded, "too many recordings wait to be converted"));
}

Result<Media> Voice::make_now(const Media& audio) {
    if (is_opus_in_ogg(store_, audio.stored)) {
        Media media = audio;
        media.mime = "audio/ogg";
        return media;
    }
    const auto finish = [&](Media media) {
        media.name = audio.name.empty() ? "" : audio.name.substr(0, audio.name.rfind('.')) + ".ogg";
        return media;
    };
    if (const auto made = made_.find(audio.stored); made != made_.end())
        if (auto media = store_.find(made->second, "audio/ogg")) return finish(std::move(*media));
    if (ffmpeg_.empty()) {
        std::call_once(told_, [&] { log_.warn("voice.no_ffmpeg", {{"advice", no_ffmpeg_advice}}); });
        return make_error(Errc::unavailable, "ffmpeg is not installed");
    }
    if (auto there = store_.find(audio.stored, audio.mime); !there) return there;
    Writer writer(store_);
    ChildLimits limits;
    limits.output = largest_voice_note;
    limits.stop = &stopping_;
    if (auto ran = run_child(arguments(ffmpeg_, store_.path(audio.stored)), limits,
                             [&](std::string_view bytes) { return writer.write(bytes); });
        !ran)
        return ran.error();
    auto media = writer.finish("audio/ogg");
    if (!media) return media;
    if (made_.size() >= most_remembered) made_.erase(made_.begin());
    made_[audio.stored] = media->stored;
    media->mime = "audio/ogg";
    media->kind = MediaKind::audio;
    return finish(std::move(*media));
}

}  // namespace parley::media
