// Our messages as the JSON of POST /{phone_number_id}/messages. Nothing is sent here. [any thread]
#pragma once

#include <string>
#include <string_view>

#include "core/error.hpp"
#include "core/message.hpp"

namespace parley::channels {

// Errc::invalid, in words for the sender of the message, when it cannot be sent this way at all: no recipient, too
// long, no file, a payload that is wrong. `media_id`: the uploaded file of a media message; without one a
// Media::source that is an https address goes as a link.
//
// The recipient, Outbound::chat: a phone number ("16505551234", with or without '+' or "@s.whatsapp.net") always leaves
// with its '+', since Meta puts the sender's own country code before a bare number; a user id ("US.1349...") goes into
// `recipient`, for in `to` it is dropped without a word; everything else is a group's id.
Result<std::string> encode_cloud_message(const Outbound& message, std::string_view media_id = {});

// The blue ticks for this message and the earlier ones of its chat.
std::string encode_cloud_read(std::string_view provider_id);
// "typing...", until the next message or for 25 seconds; gives blue ticks too.
std::string encode_cloud_typing(std::string_view provider_id);

// "parley:123": our id of a message on its way through Meta and back with each status.
std::string callback_data(MessageId id);
// 0 when it is not one of ours.
MessageId message_from_callback_data(std::string_view data);

}  // namespace parley::channels
