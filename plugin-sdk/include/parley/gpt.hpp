// Asking a language model. Waits for the answer. ServiceError with Status::not_configured: the operator has given no
// model.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "abi/services/gpt.h"
#include "detail/bridge.hpp"
#include "json.hpp"

namespace parley {

struct ChatMessage {
    std::string role;  // "system", "user" or "assistant"
    std::string content;
};

struct ChatRequest {
    std::vector<ChatMessage> messages;
    std::string model;   // empty: the operator's choice
    int max_tokens = 0;  // 0: the host's default
};

struct ChatAnswer {
    std::string text;
    std::string model;
    std::int64_t input_tokens = 0;
    std::int64_t output_tokens = 0;
};

class Gpt {
public:
    Gpt(detail::Link link, const parley_gpt* table) : link_(link), table_(table) {}

    // One question, one answer.
    std::string chat(std::string question) const {
        ChatRequest request;
        request.messages.push_back({"user", std::move(question)});
        return chat(request).text;
    }

    ChatAnswer chat(const ChatRequest& request) const {
        Json messages = Json::array();
        for (const auto& message : request.messages) {
            Json entry = Json::object();
            entry["role"] = message.role;
            entry["content"] = message.content;
            messages.push_back(std::move(entry));
        }
        Json body = Json::object();
        body["messages"] = std::move(messages);
        if (!request.model.empty()) body["model"] = request.model;
        if (request.max_tokens > 0) body["max_tokens"] = request.max_tokens;

        const auto text = body.dump();
        detail::Collector collector;
        detail::check(link_, table_->chat(link_.call, detail::str(text), collector.sink()), "gpt.chat");
        const auto answer = Json::parse(collector.text());
        return {answer["text"].as_string(), answer["model"].as_string(), answer["input_tokens"].as_int(),
                answer["output_tokens"].as_int()};
    }

private:
    detail::Link link_;
    const parley_gpt* table_;
};

}  // namespace parley
