#include "gpt/tokens.hpp"

#include <algorithm>
#include <cmath>

#include "gpt/model.hpp"

namespace parley::gpt {
namespace {

constexpr std::int64_t of_a_picture = 800;  // 765 for 1024x1024 in high detail, less for smaller ones
constexpr std::int64_t of_a_frame = 4;      // role and separators of a message, or around a tool
constexpr std::int64_t of_a_prompt = 3;

constexpr double step = 0.2;                               // of the way to what was counted
constexpr double least = 1 / 16.0, most = 1;               // tokens a byte; no token is less than a byte
constexpr double far_too_few = 1 / 4.0, far_too_many = 4;  // as a count of the whole question
constexpr std::int64_t too_small_to_learn_from = 20;       // tokens

std::int64_t frames_of(const ChatRequest& request) {
    auto frames = request.messages.size() + 2 * request.tools.size();
    std::size_t pictures = 0;
    for (const auto& message : request.messages) {
        frames += 2 * message.tool_calls.size();
        pictures += message.images.size();
    }
    return of_a_prompt + of_a_frame * static_cast<std::int64_t>(frames) +
           of_a_picture * static_cast<std::int64_t>(pictures);
}

}  // namespace

void TokenScale::add(Bytes& bytes, std::string_view text) {
    for (std::size_t at = 0; at < text.size();) {
        const auto byte = static_cast<unsigned char>(text[at]);
        // U+3000 to U+DFFF: kana, ideographs, hangul.
        const Kind kind = byte < 0xC0                    ? plain
                          : byte < 0xE0                  ? two_bytes
                          : byte >= 0xE3 && byte <= 0xED ? ideographs
                          : byte < 0xF0                  ? three_bytes
                                                         : four_bytes;
        const std::size_t size = kind == plain ? 1 : kind == two_bytes ? 2 : kind == four_bytes ? 4 : 3;
        bytes[kind] += static_cast<double>(std::min(size, text.size() - at));
        at += size;
    }
}

TokenScale::Bytes TokenScale::bytes_of(const ChatRequest& request) {
    Bytes bytes{};
    for (const auto& message : request.messages) {
        add(bytes, message.text);
        for (const auto& call : message.tool_calls) {
            add(bytes, call.name);
            add(bytes, call.arguments);
        }
    }
    for (const auto& tool : request.tools) {
        add(bytes, tool.name);
        add(bytes, tool.description);
        add(bytes, tool.parameters);
    }
    add(bytes, request.schema);
    return bytes;
}

double TokenScale::tokens_of(const Bytes& bytes) const {
    double tokens = 0;
    for (std::size_t kind = 0; kind < kinds; ++kind) tokens += bytes[kind] * weights_[kind];
    return tokens;
}

std::int64_t TokenScale::estimate(std::string_view text) const {
    Bytes bytes{};
    add(bytes, text);
    return static_cast<std::int64_t>(std::ceil(tokens_of(bytes)));
}

std::int64_t TokenScale::estimate(const ChatRequest& request) const {
    return frames_of(request) + static_cast<std::int64_t>(std::ceil(tokens_of(bytes_of(request))));
}

void TokenScale::learn(const ChatRequest& request, std::int64_t tokens) {
    for (const auto& message : request.messages)
        if (!message.images.empty()) return;
    const auto bytes = bytes_of(request);
    const auto expected = tokens_of(bytes);
    const auto counted = static_cast<double>(tokens - frames_of(request));
    if (counted < too_small_to_learn_from || counted < expected * far_too_few || counted > expected * far_too_many)
        return;
    double squares = 0;
    for (const double count : bytes) squares += count * count;
    for (std::size_t kind = 0; kind < kinds; ++kind) {
        weights_[kind] += step * (counted - expected) * bytes[kind] / squares;
        weights_[kind] = std::clamp(weights_[kind], least, most);
    }
}

}  // namespace parley::gpt
