// A command line as words, the way a shell reads it and a phone's keyboard types it.
//
// Words are separated by white space. A quote ('…' "…" ‘…’ “…” ”…”) at the start of a word or after '=' opens a quoted
// part, which ends at the next such quote that ends a word; everywhere else it is an apostrophe, as in don't. A
// backslash makes the next quote, backslash, space or dash an ordinary character. A word that begins with a long dash,
// which keyboards make of "--", is read as if it began with "--" (or "-" before a single letter).
#pragma once

#include <array>
#include <cstddef>
#include <iterator>
#include <string>
#include <string_view>
#include <vector>

namespace parley {

struct Word {
    std::string text;
    bool literal = false;            // began with a quote or a backslash: never an option
    std::size_t begin = 0, end = 0;  // where it stands in the line, quotes included
};

namespace detail {

class WordReader {
public:
    explicit WordReader(std::string_view line) : line_(line) {}

    std::vector<Word> all() {
        std::vector<Word> words;
        while (skip_space()) {
            words.push_back(next());
        }
        return words;
    }

private:
    // White space, with the no-break space and the invisible direction marks around pasted phone numbers.
    std::size_t space_at(std::size_t at) const {
        if (at >= line_.size()) return 0;
        if (std::string_view(" \t\r\n\v\f").find(line_[at]) != std::string_view::npos) return 1;
        if (line_.substr(at, 2) == "\xC2\xA0") return 2;
        for (const std::string_view mark :
             {"\u200E", "\u200F", "\u202A", "\u202B", "\u202C", "\u2066", "\u2067", "\u2068", "\u2069"}) {
            if (line_.substr(at, mark.size()) == mark) return mark.size();
        }
        return 0;
    }

    bool ends_word(std::size_t at) const { return at >= line_.size() || space_at(at) != 0; }

    bool skip_space() {
        while (const auto width = space_at(at_)) at_ += width;
        return at_ < line_.size();
    }

    Word next() {
        Word word;
        word.begin = at_;
        if (line_[at_] != '\\') word.text = dashes();
        bool may_open = word.text.empty();
        while (!ends_word(at_)) {
            if (may_open && quoted(word)) {
                may_open = false;
                continue;
            }
            may_open = line_[at_] == '=';
            if (line_[at_] == '\\' && at_ + 1 < line_.size() && escapable(at_ + 1)) {
                word.literal = word.literal || at_ == word.begin;
                ++at_;
            }
            word.text += line_[at_++];
        }
        word.end = at_;
        return word;
    }

    bool escapable(std::size_t at) const {
        return std::string_view("\\\"'- \t\n").find(line_[at]) != std::string_view::npos;
    }

    // The long dashes at the start of a word; a dash on its own stays what it is.
    std::string dashes() {
        for (const std::string_view dash : {"\u2014", "\u2013", "\u2012", "\u2015", "\u2212"}) {
            const auto after = at_ + dash.size();
            if (line_.substr(at_, dash.size()) != dash || ends_word(after)) continue;
            at_ = after;
            const bool digit = line_[after] >= '0' && line_[after] <= '9';
            return digit || ends_word(after + 1) ? "-" : "--";
        }
        return {};
    }

    // Reads a quoted part if one begins here and ends a word.
    bool quoted(Word& word) {
        struct Pair {
            std::string_view open;
            std::array<std::string_view, 2> close;
        };
        static constexpr Pair pairs[] = {{"\"", {"\"", "\u201D"}},         {"'", {"'", "\u2019"}},
                                         {"\u201C", {"\u201D", "\u201C"}}, {"\u201D", {"\u201D", "\u201D"}},
                                         {"\u201E", {"\u201C", "\u201D"}}, {"\u2018", {"\u2019", "\u2018"}},
                                         {"\u2019", {"\u2019", "\u2019"}}};
        static_assert(std::size(pairs) == std::tuple_size_v<decltype(unclosed_)>);
        for (std::size_t i = 0; i < std::size(pairs); ++i) {
            const auto& pair = pairs[i];
            if (unclosed_[i] || line_.substr(at_, pair.open.size()) != pair.open) continue;
            std::string text;
            for (auto at = at_ + pair.open.size(); at < line_.size();) {
                for (const auto close : pair.close) {
                    if (line_.substr(at, close.size()) != close || !ends_word(at + close.size())) continue;
                    word.literal = word.literal || word.text.empty();
                    word.text += text;
                    at_ = at + close.size();
                    return true;
                }
                const bool escape = pair.open != "'" && line_[at] == '\\' && at + 1 < line_.size() && escapable(at + 1);
                if (escape) ++at;
                text += line_[at++];
            }
            unclosed_[i] = true;
        }
        return false;
    }

    std::string_view line_;
    std::size_t at_ = 0;
    std::array<bool, 7> unclosed_{};  // pairs that nothing closes any more: looked for once, not for each word
};

}  // namespace detail

// The words with where they stand and whether they were quoted.
inline std::vector<Word> split_words(std::string_view line) {
    return detail::WordReader(line).all();
}

// The words alone.
inline std::vector<std::string> split(std::string_view line) {
    std::vector<std::string> texts;
    for (auto& word : split_words(line)) texts.push_back(std::move(word.text));
    return texts;
}

// The other way, for lists in answers: "a, b, c".
inline std::string join(const std::vector<std::string>& texts, std::string_view separator = ", ") {
    std::string joined;
    for (std::size_t i = 0; i < texts.size(); ++i) {
        if (i > 0) joined += separator;
        joined += texts[i];
    }
    return joined;
}

}  // namespace parley
