// Questions to a language model as the JSON of parley.gpt/1, and its answers back. Included by gpt.hpp.
#pragma once

#include "../gpt.hpp"

namespace parley {
namespace detail {

inline Json to_json(const ToolCall& call) {
    Json json = Json::object();
    json["id"] = call.id;
    json["name"] = call.name;
    json["arguments"] = call.arguments;
    return json;
}

inline Json content_json(const ChatMessage& message) {
    if (message.images.empty()) return message.content;
    Json parts = Json::array();
    if (!message.content.empty()) {
        Json part = Json::object();
        part["type"] = "text";
        part["text"] = message.content;
        parts.push_back(std::move(part));
    }
    for (const auto& reference : message.images) {
        Json part = Json::object();
        part["type"] = "image";
        part["media"] = reference;
        parts.push_back(std::move(part));
    }
    return parts;
}

inline Json to_json(const ChatMessage& message) {
    Json json = Json::object();
    json["role"] = message.role;
    json["content"] = content_json(message);
    for (const auto& call : message.tool_calls) json["tool_calls"].push_back(to_json(call));
    if (!message.tool_call_id.empty()) json["tool_call_id"] = message.tool_call_id;
    return json;
}

inline Json to_json(const ChatRequest& request) {
    Json body = Json::object();
    Json messages = Json::array();
    for (const auto& message : request.messages) messages.push_back(to_json(message));
    body["messages"] = std::move(messages);
    if (!request.model.empty()) body["model"] = request.model;
    if (request.max_tokens > 0) body["max_tokens"] = request.max_tokens;
    if (request.timeout_ms > 0) body["timeout_ms"] = request.timeout_ms;
    if (!request.schema.is_null()) {
        body["schema"]["name"] = request.schema_name.empty() ? "answer" : request.schema_name;
        body["schema"]["schema"] = request.schema;
    }
    for (const auto& tool : request.tools) {
        Json entry = Json::object();
        entry["name"] = tool.name;
        entry["description"] = tool.description;
        entry["parameters"] = tool.parameters;
        body["tools"].push_back(std::move(entry));
    }
    return body;
}

}  // namespace detail

inline ChatAnswer Gpt::chat(const ChatRequest& request) const {
    const auto json = Json::parse(ask(&parley_gpt::chat, detail::to_json(request), "gpt.chat"));
    ChatAnswer answer{json["text"].as_string(), json["model"].as_string(), json["input_tokens"].as_int(),
                      json["output_tokens"].as_int()};
    for (const auto& call : json["tool_calls"].items()) {
        answer.tool_calls.push_back({call["id"].as_string(), call["name"].as_string(), call["arguments"]});
    }
    answer.truncated = json["truncated"].as_bool();
    return answer;
}

inline std::vector<std::vector<float>> Gpt::embed(const std::vector<std::string>& texts, const ModelCall& how) const {
    auto body = detail::to_json(how);
    Json input = Json::array();
    for (const auto& text : texts) input.push_back(text);
    body["input"] = std::move(input);
    const auto answer = Json::parse(ask(&parley_gpt::embed, body, "gpt.embed"));
    std::vector<std::vector<float>> vectors;
    for (const auto& row : answer["vectors"].items()) {
        auto& vector = vectors.emplace_back();
        for (const auto& number : row.items()) vector.push_back(static_cast<float>(number.as_double()));
    }
    return vectors;
}

inline Verdict Gpt::moderate(std::string_view text, const ModelCall& how) const {
    auto body = detail::to_json(how);
    body["text"] = text;
    const auto answer = Json::parse(ask(&parley_gpt::moderate, body, "gpt.moderate"));
    Verdict verdict;
    verdict.flagged = answer["flagged"].as_bool();
    for (const auto& category : answer["categories"].items()) verdict.categories.push_back(category.as_string());
    return verdict;
}

inline ModelUsage Gpt::usage(const UsageQuery& query) const {
    Json body = Json::object();
    body["of"] = query.all ? "all" : "sender";
    body["days"] = query.days;
    if (!query.by.empty()) body["by"] = query.by;
    const auto answer = Json::parse(ask(&parley_gpt::usage, body, "gpt.usage"));
    ModelUsage usage;
    for (const auto& row : answer["rows"].items()) {
        usage.rows.push_back({row["name"].as_string(), row["calls"].as_int(), row["input_tokens"].as_int(),
                              row["output_tokens"].as_int(), row["pictures"].as_int(), row["audio_ms"].as_int(),
                              row["speech_characters"].as_int(), row["micro_usd"].as_int()});
    }
    const auto& limits = answer["limits"];
    usage.limits = {limits["tokens"].as_int(), limits["micro_usd"].as_int(), limits["pictures"].as_int(),
                    limits["audio_ms"].as_int(), limits["speech_characters"].as_int()};
    usage.day_ends_ms = answer["day_ends_ms"].as_int();
    return usage;
}

}  // namespace parley
