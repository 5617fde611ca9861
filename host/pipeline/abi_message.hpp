// A message as the ABI shows it to a plugin: views into an Inbound and into what the pipeline made of it. Valid as long
// as both, and itself.
#pragma once

#include <string>
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
    bool unconfirmed = false;
};

class AbiMessage {
public:
    AbiMessage(const Inbound& message, const AbiDetails& details) : account_(std::to_string(message.account)) {
        raw_.size = sizeof raw_;
        if (details.admin_command) raw_.flags |= PARLEY_MESSAGE_ADMIN_COMMAND;
        if (details.from_admin) raw_.flags |= PARLEY_MESSAGE_FROM_ADMIN;
        if (details.unconfirmed) raw_.flags |= PARLEY_MESSAGE_UNCONFIRMED;
        if (message.replayed) raw_.flags |= PARLEY_MESSAGE_REPLAYED;
        raw_.id = borrow(message.provider_id);
        raw_.channel = borrow(message.channel);
        raw_.sender = borrow(message.sender);
        raw_.sender_name = borrow(message.sender_name);
        raw_.group = borrow(message.group);
        raw_.chat = borrow(message.chat);
        raw_.text = borrow(details.text);
        raw_.command = borrow(details.command);
        raw_.arguments = borrow(details.arguments);
        raw_.usage_prefix = borrow(details.usage_prefix);
        raw_.reply_to = borrow(message.reply_to);
        if (message.media) {
            raw_.media_kind = borrow(to_string(message.media->kind));
            raw_.media_mime = borrow(message.media->mime);
            raw_.media_name = borrow(message.media->name);
        }
        raw_.payload = borrow(message.payload);
        raw_.timestamp_ms = message.timestamp;
        raw_.timer = borrow(message.timer);
        raw_.account = borrow(account_);
    }
    AbiMessage(const AbiMessage&) = delete;
    AbiMessage& operator=(const AbiMessage&) = delete;

    const parley_message& raw() const { return raw_; }

private:
    static parley_str borrow(std::string_view text) { return {text.data(), text.size()}; }

    std::string account_;
    parley_message raw_{};
};

}  // namespace parley::pipeline
