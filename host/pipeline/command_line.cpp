#include "pipeline/command_line.hpp"

namespace parley::pipeline {
namespace {

constexpr std::string_view blank = " \t\r\n\v\f";

std::string_view trim(std::string_view text) {
    const auto begin = text.find_first_not_of(blank);
    if (begin == std::string_view::npos) return {};
    return text.substr(begin, text.find_last_not_of(blank) - begin + 1);
}

// Splits off the first word; `rest` is what follows it, trimmed.
std::string_view first_word(std::string_view text, std::string_view& rest) {
    const auto end = text.find_first_of(blank);
    if (end == std::string_view::npos) {
        rest = {};
        return text;
    }
    rest = trim(text.substr(end));
    return text.substr(0, end);
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

Request parse_request(std::string_view text, const Speaker& speaker) {
    if (speaker.in_group) {
        if (text.size() < 2 || text[0] != '.' || text[1] == '.') return Rejection(MessageNotValid{});
        text = trim(text.substr(1));
    }
    if (!text.empty() && text[0] == '/') return parse_command(trim(text.substr(1)), speaker);
    return PlainText{std::string(trim(text))};
}

std::string command_prefix(bool in_group, bool admin, std::string_view admin_prefix) {
    std::string prefix = in_group ? "./" : "/";
    if (admin) prefix.append(admin_prefix).append(" ");
    return prefix;
}

}  // namespace parley::pipeline
