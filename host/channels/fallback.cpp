#include "channels/fallback.hpp"

#include <utility>

#include "channels/payload.hpp"

namespace parley::channels {

namespace {

void add_line(std::string& text, std::string_view line) {
    if (line.empty()) return;
    if (!text.empty()) text.push_back('\n');
    text.append(line);
}

// "[document: report.pdf]": the file cannot be shown, but the reader learns that there is one.
std::string describe_file(const Media& media) {
    std::string words = "[";
    words.append(media.kind == MediaKind::none ? "file" : to_string(media.kind));
    if (!media.name.empty()) words.append(": ").append(media.name);
    return words + "]";
}

Outbound in_words(Outbound message) {
    message.text = describe(message);
    message.payload.clear();
    message.kind = OutboundKind::text;
    return message;
}

}  // namespace

Result<void> can_leave(OutboundKind kind, const Capabilities& capabilities) {
    const bool corrects = kind == OutboundKind::edit || kind == OutboundKind::revoke;
    if (!corrects || capabilities.corrections) return {};
    return make_error(Errc::unsupported, "this channel cannot change a message that was sent: it knows no " +
                                             std::string(to_string(kind)) + ", send another message instead");
}

Result<Outbound> with_fallback(Outbound message, const Capabilities& capabilities) {
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
            add_line(message.text, describe_file(message.media));
            message.media = Media{};
            message.as_file = message.voice = false;
            break;
        case OutboundKind::reaction:
            if (capabilities.reaction) return message;
            // A reaction without an emoji takes an earlier one back.
            if (message.text.empty()) message.text = "(reaction removed)";
            break;
        case OutboundKind::location:
            if (capabilities.location) return message;
            return in_words(std::move(message));
        case OutboundKind::contacts:
            if (capabilities.contacts) return message;
            return in_words(std::move(message));
        case OutboundKind::interactive:
            if (capabilities.interactive) return message;
            return in_words(std::move(message));
        case OutboundKind::template_message:
            if (capabilities.templates) return message;
            return in_words(std::move(message));
        case OutboundKind::poll:
            if (capabilities.poll) return message;
            return in_words(std::move(message));
        case OutboundKind::edit:
        case OutboundKind::revoke:
            if (const auto ok = can_leave(message.kind, capabilities); !ok) return ok.error();
            return message;
    }
    message.kind = OutboundKind::text;
    return message;
}

}  // namespace parley::channels
