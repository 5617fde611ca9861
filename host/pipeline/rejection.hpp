// Why a message is not handled by a plugin. Each reason is a type of its own; some are told to the sender, the others
// are only counted and logged.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>

namespace parley::pipeline {

struct EmptyMessageInGroup {};  // a group message without text: not for the bot
struct MessageNotValid {};      // a group message that does not begin with one dot: not for the bot
struct SenderInBlackList {};    // blacklisted, and not an admin
struct NotInWhiteList {};       // there is a whitelist, and this is neither on it nor an admin
struct DebugModeOnly {};        // debug mode lets only admins in
struct HumanTakeover {};        // a human answers in this chat

struct TooManyMessages {  // over the rate limit
    bool tell = false;    // the first one of its window: the sender hears of it, then there is silence
    std::int64_t messages = 0, window_s = 0;
};

struct SenderNotAdmin {};  // typed the admin prefix without being one

struct CommandNotFound {
    std::string command;
    std::string help;        // "/help"
    std::string admin_help;  // "/admin help"
};

using Rejection = std::variant<EmptyMessageInGroup, MessageNotValid, SenderInBlackList, DebugModeOnly, SenderNotAdmin,
                               CommandNotFound, NotInWhiteList, HumanTakeover, TooManyMessages>;

// For metrics and logs: "empty_in_group", "not_valid", "blacklisted", "debug_mode", "not_admin", "unknown_command",
// "not_whitelisted", "human_takeover", "rate_limited".
std::string_view name_of(const Rejection& rejection);

// What the sender is told, if anything.
std::optional<std::string> reply_for(const Rejection& rejection);

}  // namespace parley::pipeline
