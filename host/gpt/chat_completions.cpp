// The dialect that everybody speaks: POST /chat/completions.
#include <boost/json/serialize.hpp>
#include <boost/json/value.hpp>

#include "core/crypto.hpp"
#include "core/json_reader.hpp"
#include "gpt/json_schema.hpp"
#include "gpt/reply.hpp"

namespace parley::gpt {
namespace {

namespace json = boost::json;

const char* role_name(Role role, const Profile& profile) {
    switch (role) {
        case Role::system:
            return profile.developer_role ? "developer" : "system";
        case Role::user:
            return "user";
        case Role::assistant:
            return "assistant";
        case Role::tool:
            return "tool";
    }
    return "user";
}

json::value content_of(const ChatMessage& message) {
    if (message.images.empty()) return json::value(message.text);
    json::array parts;
    if (!message.text.empty()) parts.push_back({{"type", "text"}, {"text", message.text}});
    for (const auto& image : message.images) {
        const auto url = "data:" + image.mime + ";base64," + crypto::base64_encode(image.bytes);
        parts.push_back({{"type", "image_url"}, {"image_url", {{"url", url}}}});
    }
    return parts;
}

json::object to_json(const ChatMessage& message, const Profile& profile) {
    json::object out;
    out["role"] = role_name(message.role, profile);
    if (message.role == Role::tool) out["tool_call_id"] = message.tool_call_id;
    if (message.tool_calls.empty() || !message.text.empty()) out["content"] = content_of(message);
    json::array calls;
    for (const auto& call : message.tool_calls) {
        calls.push_back({{"id", call.id},
                         {"type", "function"},
                         {"function", {{"name", call.name}, {"arguments", call.arguments}}}});
    }
    if (!calls.empty()) out["tool_calls"] = std::move(calls);
    return out;
}

json::array tools_of(const ChatRequest& request) {
    json::array tools;
    for (const auto& tool : request.tools) {
        json::object function{{"name", tool.name}, {"parameters", schema_object(tool.parameters)}};
        if (!tool.description.empty()) function["description"] = tool.description;
        tools.push_back({{"type", "function"}, {"function", std::move(function)}});
    }
    return tools;
}

class ChatReader final : public ReplyReader {
public:
    void whole(const json::value& body) override {
        take(body, "message");
        if (reply.end == Reply::End::none) reply.end = Reply::End::stop;
        reply.over = true;
    }

private:
    void on_event(std::string_view, const json::value& data) override { take(data, "delta"); }

    void take(const json::value& data, const char* part) {
        JsonProblem problem;
        const JsonReader root(data, problem);
        if (reply.model.empty()) reply.model = root["model"].string_or("");
        take_usage(root["usage"]);
        const auto choices = root["choices"];
        for (std::size_t i = 0; i < choices.size(); ++i) {
            const auto choice = choices[i];
            if (choice["index"].int_or(0) != 0) continue;
            take_message(choice[part].present() ? choice[part] : choice["message"]);
            take_end(choice["finish_reason"].view_or(""));
        }
    }

    void take_message(const JsonReader& message) {
        take_content(message["content"]);
        reply.refusal += message["refusal"].string_or("");
        for (const char* name : {"reasoning_content", "reasoning", "thinking"})
            reply.thought_bytes += message[name].view_or("").size();
        const auto calls = message["tool_calls"];
        if (calls.array())
            for (const auto& call : *calls.array()) reply.calls.add(call);
        // What tool calls were before there could be several.
        const auto function = message["function_call"];
        if (function.object()) reply.calls.add(json::object{{"index", 0}, {"function", *function.value()}});
    }

    // Text; some servers send parts as they take them.
    void take_content(const JsonReader& content) {
        reply.text += content.string_or("");
        for (std::size_t i = 0; i < content.size(); ++i) {
            const auto part = content[i];
            if (part["type"].view_or("text") == "text")
                reply.text += part["text"].string_or("");
            else
                reply.thought_bytes += 1;
        }
    }

    void take_end(std::string_view reason) {
        if (reason.empty()) return;
        reply.end = reason == "length"           ? Reply::End::length
                    : reason == "content_filter" ? Reply::End::filtered
                                                 : Reply::End::stop;
    }

    void take_usage(const JsonReader& usage) {
        Usage found{usage["prompt_tokens"].int_or(0), usage["completion_tokens"].int_or(0), false};
        if (found.input_tokens > 0 || found.output_tokens > 0) reply.usage = found;
    }
};

class ChatCompletions final : public Dialect {
public:
    const char* path() const override { return "/chat/completions"; }
    std::unique_ptr<ReplyReader> reader() const override { return std::make_unique<ChatReader>(); }

    std::string body(const ChatRequest& request, const std::string& model, const Profile& profile,
                     int max_tokens) const override {
        json::object out{{"model", model}};
        json::array messages;
        const bool in_words = !request.schema.empty() && !profile.json_schema;
        if (in_words) messages.push_back(to_json({Role::system, schema_in_words(request), {}, {}, {}}, profile));
        for (const auto& message : request.messages) messages.push_back(to_json(message, profile));
        out["messages"] = std::move(messages);
        if (profile.cap != Profile::Cap::max_tokens) out["max_completion_tokens"] = max_tokens;
        if (profile.cap != Profile::Cap::max_completion_tokens) out["max_tokens"] = max_tokens;
        if (!request.tools.empty() && profile.tools) out["tools"] = tools_of(request);
        if (!request.schema.empty() && profile.json_schema) out["response_format"] = format_of(request);
        if (profile.stream) out["stream"] = true;
        if (profile.stream && profile.stream_usage) out["stream_options"] = {{"include_usage", true}};
        return json::serialize(out);
    }

private:
    static json::object format_of(const ChatRequest& request) {
        auto schema = schema_object(request.schema);
        const bool strict = is_strict(schema);
        json::object named{{"name", request.schema_name.empty() ? "answer" : request.schema_name},
                           {"strict", strict},
                           {"schema", std::move(schema)}};
        return {{"type", "json_schema"}, {"json_schema", std::move(named)}};
    }
};

}  // namespace

const Dialect& chat_completions() {
    static const ChatCompletions dialect;
    return dialect;
}

}  // namespace parley::gpt
