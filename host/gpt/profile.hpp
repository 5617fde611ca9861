// What a model at an address can do, and in which words it wants to be asked. Guessed at first, learned from what it
// refuses, forgotten after a while; what the operator says stands above all of it. Pure, but for the memory.
#pragma once

#include <chrono>
#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "gpt/endpoint.hpp"
#include "gpt/errors.hpp"

namespace parley::gpt {

struct Profile {
    // How the length of an answer is limited. Ollama reads the old name only and ignores the other, LocalAI prefers the
    // new one, OpenAI's newer models refuse the old one.
    enum class Cap { max_completion_tokens, max_tokens, both };
    Cap cap = Cap::both;
    bool developer_role = false;  // instead of "system"
    bool tools = true;
    bool stream_tools = true;  // else what may call tools answers in one piece
    bool json_schema = true;   // as response_format; else it is asked for in words
    bool vision = true;
    bool responses = false;  // the Responses dialect instead of Chat Completions
    bool stream = true;
    bool stream_usage = true;  // stream_options.include_usage
    int context = 0;           // tokens; 0: unknown

    bool operator==(const Profile&) const = default;
};

// All of it in the words that apply_override() takes.
std::string in_words(const Profile& profile);

Profile first_guess(const Endpoint& endpoint, std::string_view model);

// "cap=max_tokens tools=no context=8192": cap is max_tokens, max_completion_tokens or both, context a number, the
// others (developer_role, tools, stream_tools, json_schema, vision, responses, stream, stream_usage) yes or no.
// Errc::invalid names the word that is wrong.
Result<void> apply_override(Profile& profile, std::string_view words);

// Changes the profile so that the next request leaves out, or says otherwise, what this error is about. Answers with
// what was changed, for the log; nothing when the error is about something else.
std::optional<std::string> learn(Profile& profile, const ProviderError& error);

// [I/O thread]
class Profiles {
public:
    using Clock = std::chrono::steady_clock;
    static constexpr auto lifetime = std::chrono::seconds(300);

    // What is known of the model now, the operator's words last. A wrong override is left out.
    Profile find(const Endpoint& endpoint, const std::string& model, std::string_view override_words,
                 Clock::time_point now = Clock::now());
    void remember(const Endpoint& endpoint, const std::string& model, const Profile& profile,
                  Clock::time_point now = Clock::now());

private:
    struct Entry {
        Profile profile;
        Clock::time_point until;
    };
    std::map<std::pair<std::string, std::string>, Entry> learned_;
};

}  // namespace parley::gpt
