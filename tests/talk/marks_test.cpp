#include "talk/marks.hpp"

#include <catch2/catch.hpp>

namespace parley::talk {
namespace {

TEST_CASE("Markdown becomes WhatsApp's marks", "[marks]") {
    const std::vector<std::pair<std::string, std::string>> cases{
        {"plain words", "plain words"},
        {"two\nlines", "two\nlines"},
        {"**bold** and *slanted* and ~~gone~~ and `code`", "*bold* and _slanted_ and ~gone~ and `code`"},
        {"# Title\n\ntext", "*Title*\n\ntext"},
        {"## A **bold** title", "*A bold title*"},
        {"- one\n- two\n  - deeper\n- three", "- one\n- two\n  - deeper\n- three"},
        {"1. one\n2. two", "1. one\n2. two"},
        {"3. three\n4. four", "3. three\n4. four"},
        {"> said\n> twice", "> said\n> twice"},
        {"see [the page](https://example.org/a)", "see the page (https://example.org/a)"},
        {"<https://example.org>", "https://example.org"},
        {"```cpp\nint a = 1;\n\nint b;\n```", "```\nint a = 1;\n\nint b;\n```"},
        {"before\n\n```\nx\n```\n\nafter", "before\n\n```\nx\n```\n\nafter"},
        {"| a | b |\n|---|---|\n| 1 | 2 |", "a | b\n1 | 2"},
        {"AT&amp;T &lt;3", "AT&T <3"},
        {"first\n\nsecond", "first\n\nsecond"},
        {"text:\n- one\n- two\n\nafter", "text:\n\n- one\n- two\n\nafter"},
        {"<b>no html</b>", "<b>no html</b>"},
        {"", ""},
        {"  \n ", ""},
        {"4 * 5 = 20", "4 * 5 = 20"},
    };
    for (const auto& [markdown, marks] : cases) {
        CAPTURE(markdown);
        CHECK(to_whatsapp_marks(markdown) == marks);
    }
}

}  // namespace
}  // namespace parley::talk
