// A webhook body of the Cloud API turned into our words: the whole batch (entry x changes x messages and statuses, up
// to 1,000 updates), whatever phone numbers it is for. Plain function. [any thread]
//
// What becomes of what:
//   a person's text, file, place, contacts, order, button      EventKind::message
//   edit, revoke, reaction                                     their own kinds, with refers_to
//   system, unsupported, types of the future, groups' events,
//   calls, preferences of a person, echoes of the phone app    EventKind::other, kept whole in the payload
//   sent, delivered, read, played, failed                      StatusUpdate
//   fields about the account (templates, quality, security),
//   errors that name no message, fields of the future          AccountEvent
//   for a number that nobody knows, or damaged                 Decoded::unclaimed, with its part of the body
// A damaged item never takes its neighbours with it.
//
// Chats are phone numbers ("16505551234"), for people without one user ids ("US.1349..."), or group ids.
#pragma once

#include <functional>
#include <optional>
#include <string_view>

#include "channels/channel.hpp"

namespace parley::channels {

// Whose is this? What is about a whole WhatsApp Business account names no phone number: then that is empty, and any
// account of it will do.
using CloudResolve =
    std::function<std::optional<AccountId>(std::string_view phone_number_id, std::string_view waba_id)>;

// Errc::invalid when the body is no webhook of the Cloud API at all. `now` stands in where no time is named.
Result<Decoded> decode_cloud(std::string_view body, const CloudResolve& resolve, UnixMillis now);

}  // namespace parley::channels
