// Command line options, in the manner of Python's argparse:
//
//     parley::ArgumentParser parser;
//     parser.option("-a", "--add").takes(parley::one_or_more, "number").help("Add admins.");
//     const auto arguments = parser.parse(ctx.arguments());
//     for (const auto& number : arguments.all("add")) add(number);
//
// Understood: -a 1 2, -a1, -a=1, --add=1, --ad 1 (when only one option begins so), -gv for two flags, `--` before words
// that begin with a dash, negative numbers as values, and quoting as in words.hpp. Whatever does not fit throws
// ArgumentError, which is a SendHelp: left alone, the user is told what it was and gets the command's help. -h and
// --help throw it as well, without a reason.
#pragma once

#include <algorithm>
#include <deque>
#include <limits>
#include <map>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "errors.hpp"
#include "help.hpp"
#include "words.hpp"

namespace parley {

class ArgumentError : public SendHelp {
public:
    using SendHelp::SendHelp;
};

// How many values an option or a positional takes.
struct Count {
    std::size_t least, most;
};
inline constexpr Count any_number{0, std::numeric_limits<std::size_t>::max()};
inline constexpr Count one_or_more{1, std::numeric_limits<std::size_t>::max()};
inline constexpr Count optional_value{0, 1};
constexpr Count exactly(std::size_t count) {
    return {count, count};
}

// What was given, by the long name without dashes: "--add" is "add".
class Arguments {
public:
    bool has(std::string_view name) const { return given(name).present; }

    const std::vector<std::string>& all(std::string_view name) const& { return given(name).values; }
    std::vector<std::string> all(std::string_view name) && { return given(name).values; }

    // The first value; empty when there is none.
    std::optional<std::string> one(std::string_view name) const {
        const auto& values = all(name);
        return values.empty() ? std::nullopt : std::optional(values.front());
    }

    // The values as they were typed, with the spaces and line breaks between them; a single quoted value without its
    // quotes. What else was typed between them, an option, is left out.
    std::string text(std::string_view name) const {
        const auto& [present, values, places] = given(name);
        if (values.size() < 2) return values.empty() ? std::string() : values.front();
        std::string text;
        for (std::size_t i = 0; i < places.size(); ++i) {
            if (i > 0) text += space_between(places[i - 1], places[i]);
            text.append(line_, places[i].begin, places[i].end - places[i].begin);
        }
        return text;
    }

private:
    friend class ArgumentParser;

    struct Place {
        std::size_t begin, end;
    };
    struct Given {
        bool present = false;
        std::vector<std::string> values;
        std::vector<Place> places;  // of each value in the line

        void add(std::string value, Place place) {
            values.push_back(std::move(value));
            places.push_back(place);
        }
    };

    std::string space_between(const Place& one, const Place& next) const {
        auto between = line_.substr(one.end, next.begin - one.end);
        return split_words(between).empty() ? between : " ";
    }

    const Given& given(std::string_view name) const {
        const auto found = given_.find(name);
        if (found == given_.end()) throw std::logic_error("no argument is called " + std::string(name));
        return found->second;
    }

    std::string line_;
    std::map<std::string, Given, std::less<>> given_;
};

// Made once, best in the plugin's constructor; parse() may be called by several threads at once.
class ArgumentParser {
public:
    class Argument {
    public:
        // `names` are shown in the help as "[number]"; the last one is repeated.
        template <class... Names>
        Argument& takes(Count count, Names... names) {
            count_ = count;
            if constexpr (sizeof...(names) > 0) value_names_ = {std::string(names)...};
            return *this;
        }
        Argument& help(std::string text) { return help_ = std::move(text), *this; }
        Argument& example(std::string text) { return examples_.push_back(std::move(text)), *this; }
        Argument& required() { return required_ = true, *this; }

    private:
        friend class ArgumentParser;

        bool is_positional() const { return long_.empty(); }
        std::string typed() const { return short_.empty() ? long_ : short_; }

        std::string name_, short_, long_, help_;
        std::vector<std::string> value_names_, examples_;
        Count count_{0, 0};
        bool required_ = false;
    };

    // An option without a value: "-g", "--get". short_name may be empty.
    Argument& flag(std::string short_name, std::string long_name) {
        if (long_name.size() < 3 || long_name.rfind("--", 0) != 0)
            throw std::logic_error("an option's long name begins with --: " + long_name);
        if (!short_name.empty() && (short_name.size() < 2 || short_name[0] != '-' || short_name[1] == '-'))
            throw std::logic_error("an option's short name begins with one -: " + short_name);
        auto& argument = arguments_.emplace_back();
        argument.name_ = long_name.substr(2);
        argument.short_ = std::move(short_name);
        argument.long_ = std::move(long_name);
        argument.value_names_ = {argument.name_};
        return argument;
    }

    // An option with one value, or as many as takes() says.
    Argument& option(std::string short_name, std::string long_name) {
        return flag(std::move(short_name), std::move(long_name)).takes(exactly(1));
    }

    // What is not an option, in the order of these calls.
    Argument& positional(std::string name) {
        auto& argument = arguments_.emplace_back();
        argument.name_ = name;
        argument.value_names_ = {std::move(name)};
        return argument.takes(exactly(1));
    }

    // An empty command line throws as well.
    ArgumentParser& help_when_empty() { return help_when_empty_ = true, *this; }

    // For commands that take prose: options stand before it. From the first word of a positional on all is text,
    // however it looks; and so is a word behind a long dash that is no option, as a dialogue begins with.
    ArgumentParser& stop_at_text() { return stop_at_text_ = true, *this; }

    Arguments parse(std::string_view line) const;

    // The usage of every argument, for Plugin::help().
    std::vector<Usage> usages() const {
        std::vector<Usage> list;
        for (const auto& argument : arguments_) list.push_back({usage(argument), argument.help_, argument.examples_});
        return list;
    }

private:
    struct Run;

    static std::string usage(const Argument& argument) {
        std::string text = argument.is_positional() ? "" : argument.typed();
        const bool endless = argument.count_.most > 1'000;
        const auto shown = endless ? std::max<std::size_t>(argument.count_.least + 1, 2) : argument.count_.most;
        for (std::size_t i = 0; i < shown; ++i) {
            const auto& name = argument.value_names_[std::min(i, argument.value_names_.size() - 1)];
            text += (text.empty() ? "[" : " [") + name + "]";
        }
        return endless ? text + " ..." : text;
    }

    const Argument* find(std::string_view typed) const {
        for (const auto& argument : arguments_) {
            if (!argument.is_positional() && (typed == argument.short_ || typed == argument.long_)) return &argument;
        }
        const Argument* found = nullptr;
        for (const auto& argument : arguments_) {
            const bool begins = typed.size() > 2 && argument.long_.compare(0, typed.size(), typed) == 0;
            if (begins && found) throw ArgumentError("ambiguous option: " + std::string(typed));
            if (begins) found = &argument;
        }
        return found;
    }

    std::deque<Argument> arguments_;
    bool help_when_empty_ = false, stop_at_text_ = false;
};

}  // namespace parley

#include "detail/argument_run.hpp"
