// What a model thinks before it answers does not belong to the answer. Pure.
#pragma once

#include <string>
#include <string_view>

namespace parley::gpt {

// Without the blocks <think>...</think> (also <thinking>, <reasoning>) that it begins with, without what stands before
// a
// </think> whose beginning the server has swallowed, and without white space at both ends. A block that never ends was
// cut off: nothing is left. Such words further on are part of the answer: somebody may have asked about them.
std::string strip_thoughts(std::string_view text);

}  // namespace parley::gpt
