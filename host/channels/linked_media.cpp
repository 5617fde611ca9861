#include "channels/linked_media.hpp"

#include <algorithm>

#include "core/text.hpp"

namespace parley::channels {

namespace {

constexpr struct {
    std::string_view ending;
    MediaKind kind;
    std::string_view mime;
} kEndings[] = {
    {".jpg", MediaKind::image, "image/jpeg"}, {".jpeg", MediaKind::image, "image/jpeg"},
    {".png", MediaKind::image, "image/png"},  {".webp", MediaKind::sticker, "image/webp"},
    {".mp4", MediaKind::video, "video/mp4"},  {".3gp", MediaKind::video, "video/3gpp"},
    {".mp3", MediaKind::audio, "audio/mpeg"}, {".ogg", MediaKind::audio, "audio/ogg"},
    {".aac", MediaKind::audio, "audio/aac"},  {".amr", MediaKind::audio, "audio/amr"},
    {".m4a", MediaKind::audio, "audio/mp4"},  {".pdf", MediaKind::document, "application/pdf"},
};

}  // namespace

bool is_link(std::string_view text) {
    return text.starts_with("https://") || text.starts_with("http://");
}

Result<Media> linked_media(const std::string& link, std::string_view channel) {
    if (!is_link(link))
        return make_error(Errc::invalid, "kind media needs \"link\": an address that begins with https:// or http://");
    if (channel != "cloud" && channel != "gateway" && channel != "twilio")
        return make_error(Errc::unsupported,
                          "the channel " + std::string(channel) + " cannot send a file that is given by its link");
    const std::string_view path = std::string_view(link).substr(0, link.find_first_of("?#"));
    const std::string_view name = path.substr(path.rfind('/') + 1);
    const std::string_view ending = name.substr(std::min(name.rfind('.'), name.size()));  // with its dot
    Media media;
    media.kind = MediaKind::document;  // WhatsApp shows as a document what it does not know
    media.source = link;
    for (const auto& row : kEndings) {
        if (row.ending != text::to_lower_ascii(ending)) continue;
        media.kind = row.kind;
        media.mime = row.mime;
    }
    if (media.kind == MediaKind::document) media.name = name;
    return media;
}

}  // namespace parley::channels
