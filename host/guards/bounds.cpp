#include "guards/bounds.hpp"

#include <algorithm>

#include "gpt/audio.hpp"

namespace parley::guards {
namespace {

// Role, separators and the head of the prompt; chat templates of local models take the most.
constexpr std::int64_t around_a_message = 16, around_a_prompt = 128;

// A picture of any size, in full detail (developers.openai.com/api/docs/guides/images-vision): eight tiles at most, or
// 1,536 patches with a factor of the model.
std::int64_t most_tokens_of_image(std::string_view model) {
    return model.substr(0, 11) == "gpt-4o-mini" ? 2'833 + 8 * 5'667 : 4'096;
}

std::int64_t bytes(std::string_view text) {
    return static_cast<std::int64_t>(text.size());
}

}  // namespace

std::int64_t most_input_tokens(const gpt::ChatRequest& request, std::string_view model) {
    std::int64_t tokens = around_a_prompt + bytes(request.schema) + bytes(request.schema_name);
    for (const auto& message : request.messages) {
        tokens += around_a_message + bytes(message.text) + bytes(message.tool_call_id);
        tokens += static_cast<std::int64_t>(message.images.size()) * most_tokens_of_image(model);
        for (const auto& call : message.tool_calls)
            tokens += around_a_message + bytes(call.id) + bytes(call.name) + bytes(call.arguments);
    }
    for (const auto& tool : request.tools)
        tokens += around_a_message + bytes(tool.name) + bytes(tool.description) + bytes(tool.parameters);
    return tokens;
}

std::int64_t most_input_tokens(const gpt::EmbedRequest& request) {
    std::int64_t tokens = 0;
    for (const auto& text : request.input) tokens += 2 + bytes(text);
    return tokens;
}

// What has to be converted may be as long as what comes out of that, however small it is: silence takes next to
// nothing.
AudioLength length_of(const gpt::Audio& audio) {
    constexpr std::int64_t reserve = 1'000;
    if (const auto counted = gpt::length_as_it_is(audio)) return {*counted + reserve, *counted};
    const std::int64_t longest = std::chrono::milliseconds(gpt::longest_converted).count() + reserve;
    return {longest, longest};
}

}  // namespace parley::guards
