#include <unistd.h>

#include <fstream>

#include "config/config.hpp"

extern char** environ;

namespace parley::config {
namespace {

std::string_view trim(std::string_view text) {
    const auto begin = text.find_first_not_of(" \t\r");
    if (begin == std::string_view::npos) return {};
    return text.substr(begin, text.find_last_not_of(" \t\r") - begin + 1);
}

// Where the comment behind a plain value begins: at a # after white space, as in a shell; a#b is a value.
std::size_t comment_in(std::string_view text) {
    for (std::size_t at = text.find('#'); at != std::string_view::npos; at = text.find('#', at + 1))
        if (at > 0 && (text[at - 1] == ' ' || text[at - 1] == '\t')) return at;
    return std::string_view::npos;
}

// KEY=value, KEY="value with \n", KEY='as it is', export KEY=value; behind each of them a comment.
bool parse_line(std::string_view line, std::string& name, std::string& value) {
    if (line.substr(0, 7) == "export ") line = trim(line.substr(7));
    const auto equals = line.find('=');
    if (equals == std::string_view::npos || equals == 0) return false;
    name = std::string(trim(line.substr(0, equals)));
    if (name.find_first_of(" \t\"'") != std::string::npos) return false;
    const std::string_view behind = line.substr(equals + 1);
    std::string_view rest = trim(behind);
    value.clear();
    if (rest.empty()) return true;
    const char quote = rest[0];
    if (quote != '"' && quote != '\'') {
        value = std::string(trim(behind.substr(0, comment_in(behind))));
        return true;
    }
    for (std::size_t i = 1; i < rest.size(); ++i) {
        if (rest[i] == quote) {
            rest = trim(rest.substr(i + 1));
            return rest.empty() || rest[0] == '#';  // "a"b is none of our business to guess at
        }
        if (quote == '"' && rest[i] == '\\' && i + 1 < rest.size()) {
            ++i;
            value += rest[i] == 'n' ? '\n' : rest[i];
        } else {
            value += rest[i];
        }
    }
    return false;  // the quote is not closed
}

}  // namespace

Result<Environment> read_environment(const std::string& dotenv_path, const std::string& fallback) {
    Environment environment;
    for (char** entry = environ; *entry; ++entry) {
        const std::string_view text(*entry);
        const auto equals = text.find('=');
        if (equals != std::string_view::npos)
            environment.emplace(std::string(text.substr(0, equals)), std::string(text.substr(equals + 1)));
    }
    // Of two lines with one name the last counts, as with other readers of such files. It gives way to the environment.
    Environment from_file;
    const std::string& path = access(dotenv_path.c_str(), F_OK) == 0 ? dotenv_path : fallback;
    std::ifstream file(path);
    std::string line, name, value;
    for (int number = 1; file && std::getline(file, line); ++number) {
        const auto text = trim(line);
        if (text.empty() || text[0] == '#') continue;
        if (!parse_line(text, name, value))
            return make_error(Errc::invalid,
                              path + ", line " + std::to_string(number) + ": expected NAME=value, with quotes closed");
        from_file.insert_or_assign(name, value);
    }
    environment.merge(from_file);
    return environment;
}

}  // namespace parley::config
