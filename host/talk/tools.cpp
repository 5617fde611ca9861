#include "talk/tools.hpp"

#include <algorithm>
#include <boost/json.hpp>
#include <cctype>

#include "core/json_reader.hpp"
#include "core/text.hpp"

namespace parley::talk {
namespace {

namespace json = boost::json;

constexpr std::size_t longest_arguments = 4'000;
constexpr std::size_t longest_description = 1'024;
constexpr std::size_t most_tools = 100;

// Examples come last, as many as there is room for.
std::string description_of(const plugins::CommandInfo& command) {
    std::string text = command.description;
    if (!command.usages.empty()) text += "\nArguments:";
    for (const auto& usage : command.usages)
        text += "\n- " + (usage.arguments.empty() ? std::string("(none)") : usage.arguments) + ": " + usage.description;
    if (!command.note.empty()) text += "\n" + command.note;
    for (const auto& usage : command.usages)
        for (const auto& example : usage.examples)
            if (const auto line = "\nExample: " + example; text.size() + line.size() <= longest_description)
                text += line;
    return std::string(text::truncate_utf8(text, longest_description));
}

bool takes_arguments(const plugins::CommandInfo& command) {
    return command.usages.empty() || std::any_of(command.usages.begin(), command.usages.end(),
                                                 [](const auto& usage) { return !usage.arguments.empty(); });
}

// "-c", "--message": words of a command line that begin so, outside of quotation marks.
std::vector<std::string> options_in(std::string_view line) {
    std::vector<std::string> options;
    char quote = 0;
    bool begins = true;
    for (std::size_t i = 0; i < line.size(); ++i) {
        const char c = line[i];
        if (quote != 0) {
            if (c == quote) quote = 0;
        } else if (begins && (c == '"' || c == '\'')) {
            quote = c;
        } else if (begins && c == '-') {
            auto end = i;
            while (end < line.size() && (line[end] == '-' || std::isalnum(static_cast<unsigned char>(line[end])) != 0))
                ++end;
            const auto word = line.substr(i, end - i);
            const auto letter = word.find_first_not_of('-');
            if (letter != std::string_view::npos && std::isalpha(static_cast<unsigned char>(word[letter])) != 0)
                options.emplace_back(word);
            i = end - 1;
        }
        begins = std::isspace(static_cast<unsigned char>(c)) != 0 || c == '[' || c == '|' || c == '(' || c == ',';
    }
    return options;
}

Result<void> check_options(const plugins::CommandInfo& command, const std::string& arguments) {
    std::vector<std::string> known;
    for (const auto& usage : command.usages) {
        for (const auto& text : options_in(usage.arguments)) known.push_back(text);
        for (const auto& example : usage.examples)
            for (const auto& text : options_in(example)) known.push_back(text);
    }
    if (known.empty()) return {};  // it has none: what looks like one is text
    // "-t9am" is "-t 9am".
    const auto names = [](const std::string& option, const std::string& name) {
        return option == name || (name.size() == 2 && option.rfind(name, 0) == 0);
    };
    for (const auto& option : options_in(arguments))
        if (option != "-h" && option != "--help" &&
            std::none_of(known.begin(), known.end(), [&](const auto& name) { return names(option, name); }))
            return make_error(Errc::invalid, "The command has no option " + option + ". See its arguments.");
    return {};
}

}  // namespace

bool is_offered(const plugins::CommandInfo& command) {
    return !command.admin && !command.internal;
}

Offer::Offer(std::vector<plugins::CommandInfo> all) : commands(std::move(all)) {
    for (const auto& command : commands) {
        if (!is_offered(command) || tools.size() >= most_tools) continue;
        const json::object parameters{
            {"type", "object"},
            {"properties",
             {{"arguments",
               {{"type", "string"}, {"description", "What is typed behind the command; empty if nothing is."}}}}},
            {"required", json::array{"arguments"}},
            {"additionalProperties", false}};
        tools.push_back(gpt::Tool{command.name, description_of(command), json::serialize(parameters)});
    }
}

const plugins::CommandInfo* Offer::find(std::string_view name) const {
    const auto found = std::find_if(commands.begin(), commands.end(),
                                    [&](const auto& command) { return command.name == name && is_offered(command); });
    return found == commands.end() ? nullptr : &*found;
}

Result<std::string> arguments_from(const plugins::CommandInfo& command, std::string_view written) {
    if (text::trim(written).empty()) written = "{}";
    const auto parsed = parse_json(written, JsonLimits{16 * 1024, 8, 100});
    const auto* object = parsed ? parsed->if_object() : nullptr;
    if (!object) return make_error(Errc::invalid, "The arguments are not a JSON object.");
    for (const auto& [key, value] : *object)
        if (key != "arguments")
            return make_error(Errc::invalid, "There is no parameter " + std::string(key) + ", only \"arguments\".");
    std::string arguments;
    if (const auto* value = object->if_contains("arguments"); value && !value->is_null()) {
        if (!value->is_string()) return make_error(Errc::invalid, "\"arguments\" must be a string.");
        arguments = std::string(text::trim(value->as_string()));
    }
    if (arguments.size() > longest_arguments) return make_error(Errc::invalid, "The arguments are too long.");
    if (!text::is_storable(arguments)) return make_error(Errc::invalid, "The arguments are not plain text.");
    if (!arguments.empty() && !takes_arguments(command))
        return make_error(Errc::invalid, "The command takes no arguments.");
    if (auto ok = check_options(command, arguments); !ok) return ok.error();
    return arguments;
}

}  // namespace parley::talk
