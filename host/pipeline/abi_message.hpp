// A message as the ABI shows it to a plugin: views into an Inbound and into what the pipeline made of it. Valid as long
// as both.
#pragma once

#include <string_view>

#include "core/message.hpp"
#include "parley/abi/message.h"

namespace parley::pipeline {

struct AbiDetails {
    std::string_view text;
    std::string_view command;
    std::string_view arguments;
    std::string_view usage_prefix;
    bool admin_command = false;
    bool from_admin = false;
};

inline parley_message to_abi(const Inbound& message, const AbiDetails& details) {
    const auto borrow = [](std::string_view text) { return parley_str{text.data(), text.size()}; };
    parley_message out{};
    out.size = sizeof out;
    if (details.admin_command) out.flags |= PARLEY_MESSAGE_ADMIN_COMMAND;
    if (details.from_admin) out.flags |= PARLEY_MESSAGE_FROM_ADMIN;
    if (message.replayed) out.flags |= PARLEY_MESSAGE_REPLAYED;
    out.id = borrow(message.provider_id);
    out.channel = borrow(message.channel);
    out.sender = borrow(message.sender);
    out.sender_name = borrow(message.sender_name);
    out.group = borrow(message.group);
    out.chat = borrow(message.chat);
    out.text = borrow(details.text);
    out.command = borrow(details.command);
    out.arguments = borrow(details.arguments);
    out.usage_prefix = borrow(details.usage_prefix);
    out.reply_to = borrow(message.reply_to);
    if (message.media) {
        out.media_kind = borrow(to_string(message.media->kind));
        out.media_mime = borrow(message.media->mime);
        out.media_name = borrow(message.media->name);
    }
    out.payload = borrow(message.payload);
    out.timestamp_ms = message.timestamp;
    out.timer = borrow(message.timer);
    return out;
}

}  // namespace parley::pipeline
