#include "channels/cloud/file_kind.hpp"

#include <algorithm>

#include "core/byte_source.hpp"
#include "core/text.hpp"

namespace parley::channels {

namespace {

struct Row {
    std::string_view type, mime;
    std::size_t most;  // bytes
};

constexpr std::size_t kKiB = 1024, kMiB = 1024 * kKiB;
constexpr std::size_t kLargest = 100 * kMiB;
constexpr std::size_t kLargestStillSticker = 100 * kKiB;

// Source: "Supported media types" of the Cloud API's page on media.
constexpr Row kRows[] = {
    {"image", "image/jpeg", 5 * kMiB},
    {"image", "image/png", 5 * kMiB},
    {"video", "video/mp4", 16 * kMiB},
    {"video", "video/3gpp", 16 * kMiB},
    {"audio", "audio/aac", 16 * kMiB},
    {"audio", "audio/amr", 16 * kMiB},
    {"audio", "audio/mpeg", 16 * kMiB},
    {"audio", "audio/mp4", 16 * kMiB},
    {"audio", "audio/ogg", 16 * kMiB},
    {"sticker", "image/webp", 500 * kKiB},  // that moves, see kLargestStillSticker
    {"document", "text/plain", kLargest},
    {"document", "application/pdf", kLargest},
    {"document", "application/msword", kLargest},
    {"document", "application/vnd.openxmlformats-officedocument.wordprocessingml.document", kLargest},
    {"document", "application/vnd.ms-excel", kLargest},
    {"document", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", kLargest},
    {"document", "application/vnd.ms-powerpoint", kLargest},
    {"document", "application/vnd.openxmlformats-officedocument.presentationml.presentation", kLargest},
};

// "Audio/X-M4A; codecs=aac" -> "audio/mp4"
std::string plain_mime(std::string_view mime) {
    std::string name = text::to_lower_ascii(text::trim(mime.substr(0, mime.find(';'))));
    if (name == "image/jpg") return "image/jpeg";
    if (name == "audio/mp3" || name == "audio/x-mp3") return "audio/mpeg";
    if (name == "audio/m4a" || name == "audio/x-m4a") return "audio/mp4";
    if (name == "audio/opus" || name == "application/ogg") return "audio/ogg";
    if (name == "video/3gp") return "video/3gpp";
    return name;
}

// Any text can be read as plain text; its name still says what it is.
bool is_textual(std::string_view mime) {
    return mime.starts_with("text/") || mime == "application/json" || mime == "application/xml" ||
           mime == "application/x-yaml" || mime.ends_with("+json") || mime.ends_with("+xml");
}

const Row* find_row(std::string_view mime) {
    const auto row = std::find_if(std::begin(kRows), std::end(kRows), [&](const Row& r) { return r.mime == mime; });
    return row == std::end(kRows) ? nullptr : row;
}

std::string in_mib(std::uint64_t bytes) {
    return std::to_string((bytes + kMiB / 10) / kMiB) + " MiB";
}

// Source: the WebP container specification, "Extended File Format": what moves begins with a chunk VP8X that has the
// animation flag.
bool is_still_webp(std::string_view head) {
    if (head.size() < 21 || head.substr(0, 4) != "RIFF" || head.substr(8, 4) != "WEBP") return false;
    constexpr unsigned char kAnimation = 0x02;
    return head.substr(12, 4) != "VP8X" || (static_cast<unsigned char>(head[20]) & kAnimation) == 0;
}

// Of what Meta fetches itself, nothing can be told.
bool fits(const Row& row, const Media& media, std::uint64_t size) {
    if (row.type == "sticker" && media.content && is_still_webp(media.content->head()))
        return size <= kLargestStillSticker;
    return size <= row.most;
}

// A picture that is meant as a sticker, and nothing else that is webp.
bool shows_as(const Row& row, const Outbound& message, std::uint64_t size) {
    if (message.as_file || !fits(row, message.media, size)) return false;
    // Sound and stickers have no caption: with one, both arrive only as a document.
    const bool has_caption = !message.text.empty();
    if (row.type == "audio" || row.type == "sticker") return !has_caption;
    return true;
}

}  // namespace

Result<CloudFile> choose_cloud_file(const Outbound& message) {
    const auto& content = message.media.content;
    const std::uint64_t size = content ? content->size() : message.media.size;
    if (content && size == 0) return make_error(Errc::invalid, "the file is empty");
    if (size > kLargest) {
        return make_error(Errc::too_large,
                          "the file has " + in_mib(size) + ", WhatsApp takes at most " + in_mib(kLargest));
    }
    const std::string mime = plain_mime(message.media.mime);
    const Row* row = find_row(mime);
    if (row && row->type != "document" && shows_as(*row, message, size)) {
        const bool is_voice = message.voice && mime == "audio/ogg";
        return CloudFile{row->type, mime, row->type == "image" || row->type == "video", is_voice};
    }
    if (row) return CloudFile{"document", mime, true, false};
    // Meta fetches it, and sees what it is.
    const bool by_link = !content && message.media.stored.empty() && !message.media.source.empty();
    if (mime.empty() && by_link) return CloudFile{"document", mime, true, false};
    if (is_textual(mime)) return CloudFile{"document", "text/plain", true, false};
    return make_error(Errc::unsupported,
                      "WhatsApp takes no files of the type " + (mime.empty() ? std::string("unknown") : mime) +
                          ": send a PDF, a text, an Office document, a JPEG or PNG, an MP4, or a link to it");
}

}  // namespace parley::channels
