#include "pipeline/command_line.hpp"

#include "core/text.hpp"

namespace parley::pipeline {
namespace {

constexpr std::string_view blank = " \t\r\n\v\f";

// Splits off the first word; `rest` is what follows it, trimmed.
std::string_view first_word(std::string_view line, std::string_view& rest) {
    const auto end = line.find_first_of(blank);
    if (end == std::string_view::npos) {
        rest = {};
        return line;
    }
    rest = text::trim(line.substr(end));
    return line.substr(0, end);
}

Request parse_command(std::string_view line, const Speaker& speaker) {
    std::string_view rest;
    std::string_view name = first_word(line, rest);
    Command command;
    if (!name.empty() && name == speaker.admin_prefix) {
        if (!speaker.is_admin) return Rejection(SenderNotAdmin{});
        command.admin = true;
        name = first_word(rest, rest);
    }
    command.name = name.empty() ? "help" : std::string(name);
    command.arguments = std::string(rest);
    return command;
}

}  // namespace

Request parse_request(std::string_view said, const Speaker& speaker) {
    if (speaker.in_group) {
        if (said.size() < 2 || said[0] != '.' || said[1] == '.') return Rejection(MessageNotValid{});
        said = text::trim(said.substr(1));
    }
    if (!said.empty() && said[0] == '/') return parse_command(text::trim(said.substr(1)), speaker);
    return PlainText{std::string(text::trim(said))};
}

std::string command_prefix(bool in_group, bool admin, std::string_view admin_prefix) {
    std::string prefix = in_group ? "./" : "/";
    if (admin) prefix.append(admin_prefix).append(" ");
    return prefix;
}

}  // namespace parley::pipeline
