// The plain JSON of a support desk: {sender, receiver, content}, in and out. Plain functions. [any thread]
#pragma once

#include <string>
#include <string_view>

#include "channels/channel.hpp"

namespace parley::channels {

// A body as it was sent; the answers repeat it word for word.
struct SupportMessage {
    std::string sender;
    std::string receiver;
    std::string content;
    std::string id;      // the sender's own, empty if none
    std::string status;  // of a message to send: "sent" unless it says otherwise
    UnixMillis timestamp = 0;
    bool has_timestamp = false;  // it named one; else it is the time of receipt
};

// POST /api/webhook/: who wrote to us. The receiver may be absent: "Me".
Result<SupportMessage> decode_support_webhook(std::string_view body, UnixMillis now);

// POST /api/send-message/: what to send to whom.
Result<SupportMessage> decode_support_send(std::string_view body, UnixMillis now);

// The webhook's message on its way into the host. `body` gives it an id when it has none but a time.
Inbound to_inbound(const SupportMessage& message, std::string_view body, AccountId account);

// The message to send on its way out; who it is from and the status it came with stay in its payload.
Outbound to_outbound(const SupportMessage& message, AccountId account);

// The digits of a phone number as people write it ("+92 300-1234567"); anything else as it is. Names the chat, too.
std::string support_person(std::string_view text);

}  // namespace parley::channels
