#include "gpt/tokens.hpp"

#include <algorithm>

namespace parley::gpt {
namespace {

constexpr std::int64_t of_a_picture = 800;  // 765 for 1024x1024 in high detail, less for smaller ones
constexpr std::int64_t of_a_frame = 4;      // role and separators of a message

}  // namespace

std::int64_t estimate_tokens(std::string_view text) {
    std::int64_t wide = 0;
    for (const char c : text) {
        const auto byte = static_cast<unsigned char>(c);
        if (byte >= 0xE3 && byte <= 0xED) ++wide;  // U+3000 to U+DFFF: kana, ideographs, hangul
    }
    const auto by_bytes = static_cast<std::int64_t>((text.size() * 10 + 31) / 32);
    return std::max(by_bytes, (wide + 1) / 2);
}

std::int64_t estimate_tokens(const ChatRequest& request) {
    std::int64_t sum = 3;
    for (const auto& message : request.messages) {
        sum += of_a_frame + estimate_tokens(message.text);
        sum += of_a_picture * static_cast<std::int64_t>(message.images.size());
        for (const auto& call : message.tool_calls) sum += 8 + estimate_tokens(call.name + call.arguments);
    }
    for (const auto& tool : request.tools)
        sum += 8 + estimate_tokens(tool.name) + estimate_tokens(tool.description) + estimate_tokens(tool.parameters);
    return sum + estimate_tokens(request.schema);
}

}  // namespace parley::gpt
