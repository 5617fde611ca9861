// A command's help as users see it.
#pragma once

#include <cstring>
#include <string>

#include "parley/abi/plugin.h"
#include "parley/detail/bridge.hpp"

namespace parley::testing {

inline std::string help_text(const parley_command& command, const std::string& prefix) {
    std::string text =
        "*Command Name: `" + detail::copy(command.name) + "`*\n" + detail::copy(command.description) + "\n\n";
    if (command.usage_count > 0) text += "*Usage:*\n\n";
    const char* row = reinterpret_cast<const char*>(command.usages);
    for (std::size_t i = 0; i < command.usage_count; ++i, row += command.usages[0].size) {
        const auto& usage = *reinterpret_cast<const parley_usage*>(row);
        const auto arguments = detail::copy(usage.arguments);
        text += "*" + std::to_string(i + 1) + ". " + detail::copy(usage.description) + "*\n";
        text += "`" + prefix + (arguments.empty() ? "" : " " + arguments) + "`\n";
        if (usage.example_count > 0) text += "*Examples:*\n";
        for (std::size_t n = 0; n < usage.example_count; ++n) {
            text += "> " + prefix + " " + detail::copy(usage.examples[n]) + "\n";
        }
        text += "\n";
    }
    text += detail::copy(command.note);
    const auto end = text.find_last_not_of(" \n");
    return text.substr(0, end == std::string::npos ? 0 : end + 1);
}

}  // namespace parley::testing
