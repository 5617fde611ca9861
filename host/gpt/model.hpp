// A language model as the host sees it: plain values and a callback. Who answers (OpenAI, llama.cpp, Ollama, ...) and
// in which dialect is hidden behind it.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "core/error.hpp"
#include "core/message.hpp"
#include "core/unique_function.hpp"
#include "gpt/tokens.hpp"

namespace parley::gpt {

// On whose behalf something is asked: what budgets, limits and the usage's record go by. The adapters do not look at
// it.
struct Asker {
    enum class Kind {
        conversation,  // an answer to somebody's plain words, and what is done for it (transcription, vision)
        plugin,        // a plugin's call of ctx.gpt
        summary,       // the host's own work on a conversation
        moderation,    // the host's own check of what was said
        host,          // nobody: a probe, a test of the settings
    };
    Kind kind = Kind::host;
    AccountId account = 0;                     // 0: none
    std::optional<std::int32_t> organisation;  // none: the account's
    std::string chat;                          // as in Inbound::chat
    std::string user;                          // as in Inbound::sender
    std::string plugin;                        // kind plugin: its id
    MessageId message = 0;                     // the inbound message that it is for; 0: none
};

enum class Role { system, user, assistant, tool };

struct ToolCall {
    std::string id;
    std::string name;
    std::string arguments;  // JSON, as the model wrote it: check before use
};

// A picture that goes with a message.
struct Image {
    std::string mime;
    std::string bytes;
};

struct ChatMessage {
    Role role = Role::user;
    std::string text;
    std::vector<Image> images;
    std::vector<ToolCall> tool_calls;  // assistant
    std::string tool_call_id;          // tool: which call this answers
};

struct Tool {
    std::string name;  // [A-Za-z0-9_-]{1,64}
    std::string description;
    std::string parameters;  // JSON Schema of an object
};

struct Usage {
    std::int64_t input_tokens = 0;
    std::int64_t output_tokens = 0;
    bool estimated = false;  // the provider did not say
};

struct ChatRequest {
    Asker asker;
    std::vector<ChatMessage> messages;
    std::vector<Tool> tools;
    std::string model;   // empty: the operator's choice
    int max_tokens = 0;  // of the answer; 0: the host's default
    std::string schema_name;
    std::string schema;  // JSON Schema the answer must fit; empty: plain text
    std::chrono::steady_clock::time_point deadline{};
    // What is reserved for it: the first attempt fits, and there is another one only if that is sure to fit, too.
    // Zeros: no bound.
    Usage most{};
};

struct ChatAnswer {
    std::string text;  // never empty unless there are tool calls
    std::vector<ToolCall> tool_calls;
    std::string model;  // the one that answered
    Usage usage;
    bool truncated = false;  // the limit of tokens or a broken stream cut it off
    bool streamed = false;   // it came in pieces
};

enum class Fault {
    not_configured,  // no key and no base URL
    refused,         // the provider will not answer this content
    too_long,        // more than the model's context
    quota,           // the account with the provider has no credit left, or the key is bad
    busy,            // rate limit or overload, after retries
    away,            // no answer, after retries; the stream broke before any text
    timeout,
    invalid,      // the request or the answer makes no sense
    unsupported,  // this model, or the server behind it, cannot do that
    budget,       // the share of a person, a chat or an organisation is used up: `message` has words for the user
};

struct ModelError {
    Fault fault = Fault::away;
    std::string message;  // for the log and for admins: what happened and what to do
    Usage usage;          // what was used up all the same
    // The model may have answered, and its provider may charge for it, though no usable answer came; `usage` does not
    // count that. Whoever has reserved something for the question has to take it for used.
    bool in_doubt = false;
};

template <class T>
using Outcome = boost::system::result<T, ModelError>;
template <class T>
using Done = UniqueFunction<void(Outcome<T>)>;

[[noreturn]] inline void throw_exception_from_error(const ModelError& error, const boost::source_location&) {
    throw ErrorException(make_error(Errc::unavailable, error.message));
}

struct Audio {
    std::string mime;
    std::string bytes;
};
struct TranscribeRequest {
    Asker asker;
    Audio audio;
    std::string language;  // ISO 639-1; may be empty
    std::string model;     // empty: the operator's choice
    std::chrono::steady_clock::time_point deadline{};
};
struct Transcript {
    std::string text;
    std::string language;
    double seconds = 0;  // 0: unknown
    Usage usage;
};
struct SpeakRequest {
    Asker asker;
    std::string text;
    std::string voice;
    std::string model;  // empty: the operator's choice
    std::chrono::steady_clock::time_point deadline{};
};
struct DrawRequest {
    Asker asker;
    std::string prompt;
    std::string size;
    std::string model;  // empty: the operator's choice
    std::chrono::steady_clock::time_point deadline{};
};
struct EmbedRequest {
    Asker asker;
    std::vector<std::string> input;
    std::string model;  // empty: the operator's choice
    std::chrono::steady_clock::time_point deadline{};
};
struct Embeddings {
    std::vector<std::vector<float>> vectors;
    Usage usage;
};
struct ModerateRequest {
    Asker asker;
    std::string text;
    std::vector<Image> images;
    std::string model;  // empty: the operator's choice
    std::chrono::steady_clock::time_point deadline{};
};
struct Verdict {
    bool flagged = false;
    std::vector<std::string> categories;
};

// Answers whoever asks: budgets and permissions stand in front of it, as a Model that looks at the asker and passes on.
class Model {
public:
    virtual ~Model() = default;

    // [I/O thread] `done` is called once, on the I/O thread, never from inside the call, by the deadline at the latest.
    // No call blocks or holds a thread while it waits.
    virtual void chat(ChatRequest request, Done<ChatAnswer> done) = 0;
    virtual void transcribe(TranscribeRequest request, Done<Transcript> done) = 0;
    virtual void speak(SpeakRequest request, Done<Audio> done) = 0;  // ogg/opus where the provider can
    virtual void draw(DrawRequest request, Done<Image> done) = 0;
    virtual void embed(EmbedRequest request, Done<Embeddings> done) = 0;
    virtual void moderate(ModerateRequest request, Done<Verdict> done) = 0;

    // [any thread] Is there anybody to ask?
    virtual bool configured() const = 0;

    // [any thread] How many tokens the chat model takes, question and answer together; 0: not known (yet).
    virtual int context_tokens() const { return 0; }

    // [I/O thread] How it counts tokens, as far as that is known by now.
    virtual TokenScale token_scale() const { return {}; }
};

}  // namespace parley::gpt
