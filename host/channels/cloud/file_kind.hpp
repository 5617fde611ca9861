// As what a file goes out, and whether WhatsApp takes it at all: types and sizes. Plain functions. [any thread]
#pragma once

#include <string>
#include <string_view>

#include "core/error.hpp"
#include "core/message.hpp"

namespace parley::channels {

struct CloudFile {
    std::string_view type;  // "image", "video", "audio", "document", "sticker": static text
    std::string mime;       // under which it is uploaded
    bool takes_caption = false;
    bool is_voice = false;
};

// What WhatsApp would not show as an image, a video or sound goes as a document, and so does an unknown file that Meta
// fetches by its link. Errc::invalid, Errc::too_large or Errc::unsupported when no way is left. The size counts when
// the bytes are there.
Result<CloudFile> choose_cloud_file(const Outbound& message);

}  // namespace parley::channels
