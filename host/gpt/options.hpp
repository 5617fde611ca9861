// What the operator has configured of language models. Plain values; the settings behind them may change at any time.
#pragma once

#include <functional>
#include <string>

#include "core/error.hpp"
#include "core/secret.hpp"
#include "core/unique_function.hpp"
#include "gpt/model.hpp"

namespace parley::gpt {

struct Options {
    std::string base_url;  // empty: OpenAI's
    Secret key;            // may be empty where the server wants none
    std::string model;     // empty: OpenAI's default below, or the first that another server has
    std::string transcription_model, speech_model, voice, image_model, embedding_model, moderation_model;
    std::string profile;  // what the operator knows better than we can find out, see apply_override()

    bool configured() const { return !key.empty() || !base_url.empty(); }
};

// [any thread] As of now.
using ReadOptions = std::function<Options()>;

// [I/O thread] Makes a recording of a kind that no server takes one that all take; `done` may be called on any thread.
// Errc::unavailable says what is missing on this host.
using Convert = std::function<void(Audio, UniqueFunction<void(Result<Audio>)> done)>;

// What OpenAI is asked for when nothing is configured.
struct Defaults {
    static constexpr const char* model = "gpt-5.4-mini";
    static constexpr const char* transcription_model = "gpt-4o-mini-transcribe";
    static constexpr const char* speech_model = "gpt-4o-mini-tts";
    static constexpr const char* voice = "alloy";
    static constexpr const char* image_model = "gpt-image-1.5";
    static constexpr const char* embedding_model = "text-embedding-3-small";
    static constexpr const char* moderation_model = "omni-moderation-latest";
};

// Of an answer, when the request does not say.
constexpr int default_max_tokens = 2'000;

}  // namespace parley::gpt
