#include "core/message.hpp"

namespace parley {

const char* to_string(MediaKind kind) {
    switch (kind) {
        case MediaKind::none:
            return "";
        case MediaKind::image:
            return "image";
        case MediaKind::video:
            return "video";
        case MediaKind::audio:
            return "audio";
        case MediaKind::document:
            return "document";
        case MediaKind::sticker:
            return "sticker";
    }
    return "";
}

MediaKind media_kind_from(std::string_view text) {
    for (const MediaKind kind :
         {MediaKind::image, MediaKind::video, MediaKind::audio, MediaKind::document, MediaKind::sticker}) {
        if (text == to_string(kind)) return kind;
    }
    return MediaKind::none;
}

const char* to_string(EventKind kind) {
    switch (kind) {
        case EventKind::message:
            return "message";
        case EventKind::edited:
            return "edited";
        case EventKind::revoked:
            return "revoked";
        case EventKind::reaction:
            return "reaction";
        case EventKind::timer:
            return "timer";
        case EventKind::hook:
            return "hook";
        case EventKind::other:
            return "other";
    }
    return "other";
}

const char* to_string(DeliveryStatus status) {
    switch (status) {
        case DeliveryStatus::sent:
            return "sent";
        case DeliveryStatus::delivered:
            return "delivered";
        case DeliveryStatus::read:
            return "read";
        case DeliveryStatus::played:
            return "played";
        case DeliveryStatus::failed:
            return "failed";
    }
    return "failed";
}

const char* to_string(OutboundKind kind) {
    switch (kind) {
        case OutboundKind::text:
            return "text";
        case OutboundKind::media:
            return "media";
        case OutboundKind::link:
            return "link";
        case OutboundKind::reaction:
            return "reaction";
        case OutboundKind::location:
            return "location";
        case OutboundKind::contacts:
            return "contacts";
        case OutboundKind::interactive:
            return "interactive";
        case OutboundKind::template_message:
            return "template";
        case OutboundKind::poll:
            return "poll";
        case OutboundKind::edit:
            return "edit";
        case OutboundKind::revoke:
            return "revoke";
    }
    return "text";
}

std::optional<OutboundKind> outbound_kind_from(std::string_view name) {
    using enum OutboundKind;
    for (const OutboundKind kind :
         {text, media, link, reaction, location, contacts, interactive, template_message, poll, edit, revoke}) {
        if (name == to_string(kind)) return kind;
    }
    return std::nullopt;
}

const char* to_string(IdentityKind kind) {
    switch (kind) {
        case IdentityKind::phone:
            return "phone";
        case IdentityKind::user_id:
            return "user_id";
        case IdentityKind::parent_user_id:
            return "parent_user_id";
        case IdentityKind::lid:
            return "lid";
        case IdentityKind::username:
            return "username";
    }
    return "phone";
}

}  // namespace parley
