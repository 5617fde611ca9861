#include "media/pictures.hpp"

#include <memory>

#include "media/child.hpp"

namespace parley::media {
namespace {

constexpr std::uint64_t largest_picture = 8u << 20;  // bytes, of what comes out

constexpr const char* most_pixels = "32000000";  // a small file can be a picture of any size

// Only formats that hold a picture and can name no other file.
constexpr const char* formats = "jpeg_pipe,png_pipe,webp_pipe,gif,bmp_pipe,tiff_pipe,image2";

std::vector<std::string> arguments(const std::string& ffmpeg, const std::string& file) {
    return {ffmpeg, "-nostdin", "-hide_banner", "-loglevel", "error", "-protocol_whitelist", "file,pipe",
            "-format_whitelist", formats, "-max_pixels", most_pixels, "-i", "file:" + file,
            // The first picture, nothing else of the file.
            "-map", "0:v:0", "-map_metadata", "-1", "-frames:v", "1", "-vf",
            "scale=w='min(1536,iw)':h='min(1536,ih)':force_original_aspect_ratio=decrease", "-pix_fmt", "yuvj420p",
            "-q:v", "4", "-threads", "1", "-c:v", "mjpeg", "-f", "image2pipe", "pipe:1"};
}

}  // namespace

Pictures::Pictures(const Store& store, std::string ffmpeg) : store_(store), ffmpeg_(std::move(ffmpeg)) {}

void Pictures::shrink(const Media& picture, UniqueFunction<void(Result<std::string>)> done) {
    auto shared = std::make_shared<UniqueFunction<void(Result<std::string>)>>(std::move(done));
    if (!worker_.submit([this, picture, shared] { (*shared)(shrink_now(picture)); }))
        (*shared)(make_error(Errc::overloaded, "I have too many pictures to look at. Please try again later."));
}

Result<std::string> Pictures::shrink_now(const Media& picture) const {
    if (ffmpeg_.empty()) return make_error(Errc::unavailable, "I cannot look at pictures here.");
    if (!store_.find(picture.stored, picture.mime))
        return make_error(Errc::not_found, "I do not have that picture any more. Please send it again.");
    std::string jpeg;
    ChildLimits limits;
    limits.time = std::chrono::seconds(15);
    limits.output = largest_picture;
    limits.stop = &stopping_;
    const auto ran =
        run_child(arguments(ffmpeg_, store_.path(picture.stored)), limits, [&](std::string_view bytes) -> Result<void> {
            jpeg.append(bytes);
            return {};
        });
    if (!ran || jpeg.empty()) return make_error(Errc::invalid, "I could not open that picture.");
    return jpeg;
}

}  // namespace parley::media
