// One run of an ArgumentParser over one command line. Included by arguments.hpp.
#pragma once

#include "../arguments.hpp"

namespace parley {

struct ArgumentParser::Run {
    const ArgumentParser& parser;
    Arguments& result;
    const Argument* open = nullptr;  // the option that takes the values which follow
    bool only_values = false;        // after `--`, and in a text
    std::vector<Word> rest{};        // for the positionals

    [[noreturn]] static void fail(const std::string& what) { throw ArgumentError(what); }

    static bool looks_like_number(std::string_view text) {
        return text.size() > 1 && text.find_first_not_of("0123456789.", 1) == std::string_view::npos;
    }

    bool is_option(const Word& word) const {
        const auto& text = word.text;
        if (only_values || word.literal || text.size() < 2 || text[0] != '-') return false;
        if (parser.stop_at_text_ && result.line_[word.begin] != '-') {
            const auto name = text.substr(0, text.find('='));
            return parser.find(name) != nullptr || name == "-h" || name == "--help";
        }
        return !looks_like_number(text) || parser.find(text) != nullptr;
    }

    std::size_t taken() const { return result.given_[open->name_].values.size(); }

    void close() {
        if (open != nullptr && taken() < open->count_.least) {
            fail(open->long_ + " needs " +
                 (open->count_.least == 1 ? "a value" : std::to_string(open->count_.least) + " values"));
        }
        open = nullptr;
    }

    void begin(const Argument& argument) {
        close();
        auto& given = result.given_[argument.name_];
        given = {};  // of an option given twice the last counts
        given.present = true;
        open = argument.count_.most > 0 ? &argument : nullptr;
    }

    void word(const Word& word) {
        if (word.text == "--" && !word.literal && !only_values) {
            only_values = true;
            // With positionals to come, `--` ends the values of an option that has enough.
            const bool positionals = std::any_of(parser.arguments_.begin(), parser.arguments_.end(),
                                                 [](const Argument& a) { return a.is_positional(); });
            if (open != nullptr && positionals && taken() >= open->count_.least) close();
        } else if (is_option(word)) {
            option(word);
        } else if (open != nullptr && taken() < open->count_.most) {
            result.given_[open->name_].add(word.text, {word.begin, word.end});
        } else {
            rest.push_back(word);
            if (parser.stop_at_text_) go_on_with_text();
        }
    }

    // What reads like an option from here on is none, and a long dash stays what it is.
    void go_on_with_text() {
        only_values = true;
        auto& [text, literal, begin, end] = rest.back();
        if (!literal && text[0] == '-') text = result.line_.substr(begin, end - begin);
    }

    void option(const Word& word) {
        const auto equals = word.text.find('=');
        const auto name = word.text.substr(0, equals);
        if (const auto* argument = parser.find(name)) {
            begin(*argument);
            if (equals == std::string::npos) return;
            if (open == nullptr) fail(argument->long_ + " takes no value");
            const auto begin = result.line_.find('=', word.begin) + 1;
            result.given_[argument->name_].add(word.text.substr(equals + 1), {begin, word.end});
            open = nullptr;
            if (argument->count_.least > 1) fail(argument->long_ + " needs more values");
        } else if (name == "-h" || name == "--help") {
            throw ArgumentError();
        } else if (word.text[1] != '-') {
            bundle(word);
        } else {
            fail("unknown option: " + name);
        }
    }

    // -gv: two flags; -a923: an option with its value.
    void bundle(const Word& word) {
        for (std::size_t at = 1; at < word.text.size(); ++at) {
            const auto* argument = parser.find({"-" + word.text.substr(at, 1)});
            if (argument == nullptr) fail("unknown option: " + word.text);
            begin(*argument);
            if (open == nullptr || at + 1 == word.text.size()) continue;
            // The dash before the letters may be a long one.
            const auto letters = result.line_.find(word.text.substr(1, at), word.begin);
            result.given_[argument->name_].add(word.text.substr(at + 1), {std::min(letters + at, word.end), word.end});
            return;
        }
    }

    // Each positional takes as much as it can while enough is left for those after it.
    void share_out() {
        std::size_t needed = 0, at = 0;
        for (const auto& argument : parser.arguments_) {
            if (!argument.is_positional()) continue;
            needed += argument.count_.least;
            if (needed > rest.size()) fail(argument.name_ + " is missing");
        }
        for (const auto& argument : parser.arguments_) {
            if (!argument.is_positional()) continue;
            needed -= argument.count_.least;
            const auto left = rest.size() - at;
            const auto count = std::min(argument.count_.most, left - needed);
            auto& given = result.given_[argument.name_];
            given.present = count > 0;
            for (std::size_t i = 0; i < count; ++i, ++at) given.add(rest[at].text, {rest[at].begin, rest[at].end});
        }
        if (at < rest.size()) fail("unexpected: " + rest[at].text);
    }
};

inline Arguments ArgumentParser::parse(std::string_view line) const {
    Arguments result;
    result.line_ = line;
    for (const auto& argument : arguments_) result.given_[argument.name_];

    const auto words = split_words(line);
    if (words.empty() && help_when_empty_) throw ArgumentError();
    Run run{*this, result};
    for (const auto& word : words) run.word(word);
    run.close();
    run.share_out();
    for (const auto& argument : arguments_) {
        if (argument.required_ && !result.has(argument.name_)) throw ArgumentError(argument.long_ + " is missing");
    }
    return result;
}

}  // namespace parley
