// Why a message is not handled by a plugin. Each reason is a type of its own; some are told to the sender, the others
// are only counted and logged.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <variant>

namespace parley::pipeline {

struct EmptyMessageInGroup {};  // a group message without text: not for the bot
struct MessageNotValid {};      // a group message that does not begin with one dot: not for the bot
struct SenderInBlackList {};    // blacklisted, and not an admin
struct DebugModeOnly {};        // debug mode lets only admins in

struct SenderNotAdmin {};  // typed the admin prefix without being one

struct CommandNotFound {
    std::string command;
    std::string help;        // "/help"
    std::string admin_help;  // "/admin help"
};

using Rejection = std::variant<EmptyMessageInGroup, MessageNotValid, SenderInBlackList, DebugModeOnly, SenderNotAdmin,
                               CommandNotFound>;

// For metrics and logs: "empty_in_group", "not_valid", "blacklisted", "debug_mode", "not_admin", "unknown_command".
std::string_view name_of(const Rejection& rejection);

// What the sender is told, if anything.
std::optional<std::string> reply_for(const Rejection& rejection);

}  // namespace parley::pipeline
