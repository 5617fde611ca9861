#include "guards/bounds.hpp"

#include <algorithm>

#include "gpt/audio.hpp"
#include "gpt/recording.hpp"

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

// Else: speech is not coded below 6 kbit/s (Opus goes down to about that), MP3 not below 8, WAV is not coded at all.
// Silence takes next to nothing in AMR, but what has to be converted comes out of that with a longest length.
std::int64_t most_audio_ms(const gpt::Audio& audio) {
    if (!gpt::name_of_recording(audio.mime)) {
        const std::int64_t longest = std::chrono::milliseconds(gpt::longest_converted).count();
        return std::min(bytes(audio.bytes) * 1000 / 50, longest) + 1000;
    }
    if (const auto counted = gpt::recording_ms(audio.bytes)) return *counted + 1000;
    const std::int64_t bytes_a_second = audio.mime.find("wav") != std::string::npos    ? 8'000
                                        : audio.mime.find("mpeg") != std::string::npos ? 1'000
                                                                                       : 600;
    return bytes(audio.bytes) * 1000 / bytes_a_second + 1000;
}

std::int64_t likely_audio_ms(const gpt::Audio& audio) {
    if (const auto counted = gpt::recording_ms(audio.bytes)) return *counted;
    return std::min(bytes(audio.bytes) * 1000 / 2'000, most_audio_ms(audio));
}

}  // namespace parley::guards
