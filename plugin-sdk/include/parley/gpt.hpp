// Asking a language model: to talk, see, hear, speak, draw, compare and judge. Every call waits for the answer, at most
// until the handling's deadline. ServiceError with
//   Status::not_configured  the operator has given no model: say so to the user;
//   Status::denied          the sender's, the chat's or the organisation's budget is used up, or the model refuses the
//                           content: reason() has words for the user;
//   Status::unavailable, Status::timeout   the model is away, retries are made already;
//   Status::unsupported     the operator's model, or this host, cannot do that.
// Files are named by references, as Media gives and Outgoing::media_ref takes them.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "abi/services/gpt.h"
#include "detail/bridge.hpp"
#include "json.hpp"

namespace parley {

// What the model wants to have run. Its arguments are the model's words: check them as you would a user's.
struct ToolCall {
    std::string id;
    std::string name;
    Json arguments;  // an object
};

struct ChatMessage {
    std::string role;  // "system", "user", "assistant" or "tool"
    std::string content;
    std::vector<std::string> images{};   // references of pictures that go with it
    std::vector<ToolCall> tool_calls{};  // assistant: as they were answered
    std::string tool_call_id{};          // tool: which call this is the result of
};

// What the model may ask to have run.
struct Tool {
    std::string name;  // letters, digits, '_' and '-', at most 64
    std::string description;
    Json parameters = Json::object();  // JSON Schema of an object
};

struct ChatRequest {
    std::vector<ChatMessage> messages;
    std::string model{};  // empty: the operator's choice
    int max_tokens = 0;   // of the answer; 0: the host's default
    std::vector<Tool> tools{};
    Json schema{};              // JSON Schema that the text of the answer fits, as JSON; null: plain text
    std::string schema_name{};  // empty: "answer"
    int timeout_ms = 0;         // 0: until the handling's deadline
};

struct ChatAnswer {
    std::string text;
    std::string model;
    std::int64_t input_tokens = 0;
    std::int64_t output_tokens = 0;
    std::vector<ToolCall> tool_calls{};
    bool truncated = false;  // the text was cut off

    // The answer to a request with a schema. Throws JsonError when the text was cut off.
    Json json() const { return Json::parse(text); }
    // To be appended to the messages, before one message with role "tool" for each of its calls.
    ChatMessage message() const { return {"assistant", text, {}, tool_calls}; }
};

// What a call may say besides its question. What is empty or 0 is left to the operator and to the handling's deadline.
struct ModelCall {
    std::string model{};
    int timeout_ms = 0;  // Status::timeout when there is no answer by then
};

struct Transcript {
    std::string text;
    std::string language;  // may be empty
    double seconds = 0;    // 0: unknown
};

struct Verdict {
    bool flagged = false;
    std::vector<std::string> categories;
};

// What was used of the language model, and what a day allows.
struct UsageQuery {
    bool all = false;  // the whole organisation: for admins alone. Otherwise the sender
    int days = 1;      // the last so many, today included; at most 366
    std::string by{};  // "person", "chat", "kind", "model" or "day": a row for each; empty: one row for all
};

struct UsageRow {
    std::string name;  // of what it is a row of; empty without `by`
    std::int64_t calls = 0, input_tokens = 0, output_tokens = 0;
    std::int64_t pictures = 0, audio_ms = 0, speech_characters = 0;
    std::int64_t micro_usd = 0;  // millionths of a US dollar
};

struct ModelUsage {
    std::vector<UsageRow> rows;  // the dearest first; days newest first
    struct Limits {              // of a day; 0: none
        std::int64_t tokens = 0, micro_usd = 0, pictures = 0, audio_ms = 0, speech_characters = 0;
    } limits;
    std::int64_t day_ends_ms = 0;  // when today's counters start afresh
};

namespace detail {

inline Json to_json(const ModelCall& how) {
    Json json = Json::object();
    if (!how.model.empty()) json["model"] = how.model;
    if (how.timeout_ms > 0) json["timeout_ms"] = how.timeout_ms;
    return json;
}

}  // namespace detail

class Gpt {
public:
    Gpt(detail::Link link, const parley_gpt* table) : link_(link), table_(table) {}

    // One question, one answer.
    std::string chat(std::string question) const {
        ChatRequest request;
        request.messages.push_back({"user", std::move(question)});
        return chat(request).text;
    }

    ChatAnswer chat(const ChatRequest& request) const;

    // What is said in an audio file. `language`: ISO 639-1, a help where it is known.
    Transcript transcribe(std::string_view media, std::string_view language = {}, const ModelCall& how = {}) const {
        auto body = detail::to_json(how);
        body["media"] = media;
        if (!language.empty()) body["language"] = language;
        const auto answer = Json::parse(ask(&parley_gpt::transcribe, body, "gpt.transcribe"));
        return {answer["text"].as_string(), answer["language"].as_string(), answer["seconds"].as_double()};
    }

    // A voice note of at most 4,096 characters, to be sent with Outgoing::voice. Answers with its reference.
    std::string speak(std::string_view text, std::string_view voice = {}, const ModelCall& how = {}) const {
        auto body = detail::to_json(how);
        body["text"] = text;
        if (!voice.empty()) body["voice"] = voice;
        return ask(&parley_gpt::speak, body, "gpt.speak");
    }

    // A picture. `size`: as "1024x1024". Answers with its reference.
    std::string draw(std::string_view prompt, std::string_view size = {}, const ModelCall& how = {}) const {
        auto body = detail::to_json(how);
        body["prompt"] = prompt;
        if (!size.empty()) body["size"] = size;
        return ask(&parley_gpt::draw, body, "gpt.draw");
    }

    // One vector for each text, 2,048 texts at most.
    std::vector<std::vector<float>> embed(const std::vector<std::string>& texts, const ModelCall& how = {}) const;

    // Is this something that should not be said?
    Verdict moderate(std::string_view text, const ModelCall& how = {}) const;

    // Throws ServiceError with Status::denied when somebody who is no admin asks for all.
    ModelUsage usage(const UsageQuery& query = {}) const;

private:
    using Question = parley_status (*)(parley_call*, parley_str, parley_sink);

    std::string ask(Question parley_gpt::*member, const Json& body, const char* what) const {
        const auto question = detail::offered(table_, member, what);
        const auto text = body.dump();
        detail::Collector answer;
        detail::check(link_, question(link_.call, detail::str(text), answer.sink()), what);
        return answer.text();
    }

    detail::Link link_;
    const parley_gpt* table_;
};

}  // namespace parley

#include "detail/gpt_json.hpp"
