#include "pipeline/help.hpp"

namespace parley::pipeline {
namespace {

void append_entry(std::string& out, int number, std::string_view description, std::string_view typed) {
    out += "*" + std::to_string(number) + ". ";
    out.append(description).append("*\n`").append(typed).append("`\n");
}

std::string without_trailing_space(std::string text) {
    while (!text.empty() && (text.back() == '\n' || text.back() == ' ')) text.pop_back();
    return text;
}

}  // namespace

std::string help_overview(const std::vector<plugins::CommandInfo>& commands, bool admin, std::string_view prefix,
                          bool converses) {
    std::string out = "*Available commands:*\n\n";
    int number = 1;
    for (const auto& command : commands) {
        if (command.admin != admin || command.internal) continue;
        append_entry(out, number++, command.description, std::string(prefix) + command.name);
        out += '\n';
    }
    if (converses && !admin) {
        append_entry(out, number++, "Forget our conversation", std::string(prefix) + "reset");
        out += '\n';
        append_entry(out, number++, "Say whether I answer your plain words",
                     std::string(prefix) + "ai on`, `" + std::string(prefix) + "ai off");
        out += '\n';
    }
    append_entry(out, number, "Show this message", std::string(prefix) + "help");
    return without_trailing_space(std::move(out));
}

std::string help_in_full(const std::vector<plugins::CommandInfo>& commands, std::string_view prefix) {
    std::string out = help_overview(commands, false, prefix, true);
    for (const auto& command : commands)
        if (!command.admin && !command.internal) out += "\n\n" + help_for(command, std::string(prefix) + command.name);
    return out;
}

std::string help_for(const plugins::CommandInfo& command, std::string_view typed) {
    std::string out = "*Command Name: `" + command.name + "`*\n" + command.description + "\n\n";
    if (!command.usages.empty()) out += "*Usage:*\n\n";
    int number = 1;
    for (const auto& usage : command.usages) {
        append_entry(out, number++, usage.description,
                     usage.arguments.empty() ? std::string(typed) : std::string(typed) + ' ' + usage.arguments);
        if (!usage.examples.empty()) out += "*Examples:*\n";
        for (const auto& example : usage.examples) out.append("> ").append(typed).append(" " + example + "\n");
        out += '\n';
    }
    out += command.note;
    return without_trailing_space(std::move(out));
}

}  // namespace parley::pipeline
