// Long texts in pieces that a provider takes. Plain functions. [any thread]
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace parley::channels {

// How long providers say that a text is: in UTF-16 units, so that most emoji count as two. `text` is valid UTF-8.
std::size_t text_units(std::string_view text);

// Pieces of at most `max_units` (at least 2) each, cut behind a paragraph, else a line, a sentence, a word, in the last
// half of a piece; in the middle of a word only when there is nothing else. White space around a cut goes. One piece
// when it fits, or when the text is empty.
std::vector<std::string> split_text(std::string_view text, std::size_t max_units);

}  // namespace parley::channels
