#include "rooms/inbound.hpp"

#include "channels/web/web_channel.hpp"
#include "core/text.hpp"
#include "media/store.hpp"

namespace parley::rooms {

Inbound to_inbound(const db::SaidInRoom& said, AccountId account) {
    const auto& message = said.message;
    Inbound inbound;
    inbound.account = account;
    inbound.provider_id = "room-message:" + std::to_string(message.id);
    inbound.chat = channels::room_chat(message.room);
    inbound.sender = "user:" + std::to_string(message.sender);
    inbound.sender_name = said.username;
    inbound.identities.push_back({IdentityKind::user_id, inbound.sender});
    if (said.room_type == "group") inbound.group = std::to_string(message.room);
    inbound.text = text::replace_nbsp(message.text);
    inbound.timestamp = said.at;
    if (said.role == "admin") inbound.payload = R"({"admin":true})";
    if (const auto& stored = message.stored(); !stored.empty()) {
        Media media;
        media.kind = media::kind_of_mime(message.mime);
        media.mime = message.mime;
        media.name = message.file_name;
        media.stored = stored;
        inbound.media = std::move(media);
    }
    return inbound;
}

}  // namespace parley::rooms
