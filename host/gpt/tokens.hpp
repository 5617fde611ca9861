// How many tokens something has, without the model's own tokenizer. Pure.
#pragma once

#include <cstdint>
#include <string_view>

#include "gpt/model.hpp"

namespace parley::gpt {

// An estimate on the safe side for most languages: a token for 3.2 bytes of UTF-8 or two ideographs, whichever is more.
std::int64_t estimate_tokens(std::string_view text);

// Of a whole question: messages, pictures, tools and the schema.
std::int64_t estimate_tokens(const ChatRequest& request);

}  // namespace parley::gpt
