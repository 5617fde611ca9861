#include "channels/fallback.hpp"

#include <utility>

namespace parley::channels {

namespace {

void add_line(std::string& text, std::string_view line) {
    if (line.empty()) return;
    if (!text.empty()) text.push_back('\n');
    text.append(line);
}

// "[document: report.pdf]": the file cannot be shown, but the reader learns that there is one.
std::string describe(const Media& media) {
    std::string words = "[";
    words.append(media.kind == MediaKind::none ? "file" : to_string(media.kind));
    if (!media.name.empty()) words.append(": ").append(media.name);
    return words + "]";
}

}  // namespace

Outbound with_fallback(Outbound message, const Capabilities& capabilities) {
    switch (message.kind) {
        case OutboundKind::text:
            return message;
        case OutboundKind::link:
            if (capabilities.link) return message;
            if (message.text.find(message.link) == std::string::npos) add_line(message.text, message.link);
            message.link.clear();
            break;
        case OutboundKind::media:
            if (capabilities.media) return message;
            add_line(message.text, describe(message.media));
            message.media = Media{};
            message.as_file = message.voice = false;
            break;
        case OutboundKind::reaction:
            if (capabilities.reaction) return message;
            // A reaction without an emoji takes an earlier one back.
            if (message.text.empty()) message.text = "(reaction removed)";
            break;
        case OutboundKind::location:
        case OutboundKind::contacts:
        case OutboundKind::interactive:
        case OutboundKind::template_message:
        case OutboundKind::poll:
            return message;
    }
    message.kind = OutboundKind::text;
    return message;
}

}  // namespace parley::channels
