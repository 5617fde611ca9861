// A message's text as a command.
#pragma once

#include <algorithm>
#include <string>
#include <string_view>

#include "records.hpp"
#include "world.hpp"

namespace parley::testing {

struct CommandLine {
    std::string name, arguments, usage_prefix;
    bool admin = false;
};

// "./name arguments" in groups, "/name arguments" in direct chats, with the admin prefix before the name for
// admins.
inline CommandLine command_line(const Incoming& message, const World& world) {
    constexpr const char* space = " \t\n";
    std::string_view text = message.text;
    const auto trim = [&] { text.remove_prefix(std::min(text.find_first_not_of(space), text.size())); };
    const auto word = [&] {
        trim();
        const auto end = std::min(text.find_first_of(space), text.size());
        std::string first(text.substr(0, end));
        text.remove_prefix(end);
        return first;
    };
    CommandLine line;
    line.usage_prefix = message.group.empty() ? "/" : "./";
    if (text.substr(0, line.usage_prefix.size()) != line.usage_prefix) return line;
    text.remove_prefix(line.usage_prefix.size());
    line.name = word();
    const auto prefix = world.settings.find("admin_command_prefix");
    if (prefix != world.settings.end() && line.name == prefix->second && world.is_admin(message.sender)) {
        line.admin = true;
        line.usage_prefix += line.name + " ";
        line.name = word();
    }
    line.usage_prefix += line.name;
    trim();
    line.arguments = text.substr(0, text.find_last_not_of(space) + 1);
    return line;
}

}  // namespace parley::testing
