// The text that a reader collects: bounded, with marks where pages begin.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace parley::extract {

class Output {
public:
    explicit Output(std::size_t most) : most_(most) {}

    void put(std::string_view text);

    // What comes next stands on a line of its own, after one empty line at most.
    void line();
    // The next cell of a row.
    void cell(unsigned distance = 1);
    // A space, where words would run together otherwise.
    void space();
    // A page, sheet or slide begins; `mark` is its heading: "[Slide 2]".
    void section(std::string_view mark);

    bool full() const { return truncated_; }
    // There is more that is not read.
    void cut() { truncated_ = true; }
    bool truncated() const { return truncated_; }

    // Is there more than marks and white space?
    bool has_text() const { return has_text_; }
    std::uint32_t sections() const { return sections_; }
    const std::string& text() const { return text_; }

private:
    bool at_line_start() const { return text_.empty() || text_.back() == '\n'; }
    void append(std::string_view text);

    std::size_t most_;
    std::string text_;
    std::uint32_t sections_ = 0;
    bool truncated_ = false;
    bool has_text_ = false;
    std::size_t fresh_ = 0;  // where the text was behind the last mark
};

}  // namespace parley::extract
