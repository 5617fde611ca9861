// What a text asks for. Pure: no database, no plugins.
//
//   direct chat   /name args        group   ./name args
//   by an admin   /admin name args          ./admin name args     ("admin" is the setting admin_command_prefix)
//   group         .some words       plain text for the bot; any other group message is not for it
#pragma once

#include <string>
#include <string_view>
#include <variant>

#include "pipeline/rejection.hpp"

namespace parley::pipeline {

struct Speaker {
    bool in_group = false;
    bool is_admin = false;
    std::string_view admin_prefix;  // "admin"
};

struct Command {
    std::string name;       // "help" for "/" and for the bare admin prefix
    std::string arguments;  // what follows, trimmed; inner spacing and lines as typed
    bool admin = false;     // typed behind the admin prefix
};

struct PlainText {
    std::string text;
};

using Request = std::variant<Command, PlainText, Rejection>;

Request parse_request(std::string_view said, const Speaker& speaker);

// How a user types commands in this chat: "/" or "./", with the admin prefix behind it for admin commands.
std::string command_prefix(bool in_group, bool admin, std::string_view admin_prefix);

}  // namespace parley::pipeline
