// How many tokens something has, without the model's own tokenizer: bytes, weighed by kinds of letters, and the weights
// corrected by what the model really counted. Pure.
#pragma once

#include <array>
#include <cstdint>
#include <string_view>

namespace parley::gpt {

struct ChatRequest;

// What a tokenizer makes of a byte depends on the script it is part of: an English word is a token or two, a Hindi
// letter has three bytes. One for each model.
class TokenScale {
public:
    // Before anything is learned: a token for 3.2 bytes, on the safe side for most languages.
    std::int64_t estimate(std::string_view text) const;
    // Of a whole question: messages, pictures, tools and the schema.
    std::int64_t estimate(const ChatRequest& request) const;

    // The model has counted `tokens` in this question. Moves the weights a part of the way there, each by its share in
    // the question (normalised least mean squares). Questions with pictures teach nothing, and neither does a count
    // that cannot be one of the whole question: some servers count only what was not in their cache.
    void learn(const ChatRequest& request, std::int64_t tokens);

private:
    enum Kind { plain, two_bytes, three_bytes, ideographs, four_bytes, kinds };
    using Bytes = std::array<double, kinds>;

    static void add(Bytes& bytes, std::string_view text);
    static Bytes bytes_of(const ChatRequest& request);
    double tokens_of(const Bytes& bytes) const;

    Bytes weights_{1 / 3.2, 1 / 3.2, 1 / 3.2, 1 / 3.2, 1 / 3.2};  // tokens a byte
};

// By a model that nothing is known of.
inline std::int64_t estimate_tokens(std::string_view text) {
    return TokenScale().estimate(text);
}

}  // namespace parley::gpt
