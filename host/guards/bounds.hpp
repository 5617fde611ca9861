// The most that a question to a model can cost, known before it is asked. A token is at least one byte of UTF-8, so
// bytes are an upper bound of tokens whatever the model. Plain functions. [any thread]
#pragma once

#include <cstdint>
#include <string_view>

#include "gpt/model.hpp"

namespace parley::guards {

// What goes in: texts, pictures, tools, schema, and what providers put around them.
std::int64_t most_input_tokens(const gpt::ChatRequest& request, std::string_view model);
std::int64_t most_input_tokens(const gpt::EmbedRequest& request);

// Of a recording, in milliseconds.
struct AudioLength {
    std::int64_t most = 0;
    std::int64_t likely = 0;  // when nobody says how long it was
};
AudioLength length_of(const gpt::Audio& audio);

}  // namespace parley::guards
