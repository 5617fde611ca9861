// OpenAI's newer dialect: POST /responses. Its models from 5.4 on take tools while they think in this one only.
#include <boost/json/serialize.hpp>
#include <boost/json/value.hpp>

#include "core/crypto.hpp"
#include "core/json_reader.hpp"
#include "gpt/json_schema.hpp"
#include "gpt/reply.hpp"

namespace parley::gpt {
namespace {

namespace json = boost::json;

constexpr int least_tokens = 16;  // a smaller max_output_tokens is refused

json::value content_of(const ChatMessage& message) {
    if (message.images.empty()) return json::value(message.text);
    json::array parts;
    if (!message.text.empty()) parts.push_back({{"type", "input_text"}, {"text", message.text}});
    for (const auto& image : message.images) {
        const auto url = "data:" + image.mime + ";base64," + crypto::base64_encode(image.bytes);
        parts.push_back({{"type", "input_image"}, {"image_url", url}, {"detail", "auto"}});
    }
    return parts;
}

void append(json::array& items, const ChatMessage& message, const Profile& profile) {
    if (message.role == Role::tool) {
        items.push_back(
            {{"type", "function_call_output"}, {"call_id", message.tool_call_id}, {"output", message.text}});
        return;
    }
    if (!message.text.empty() || !message.images.empty()) {
        const char* role = message.role == Role::user        ? "user"
                           : message.role == Role::assistant ? "assistant"
                           : profile.developer_role          ? "developer"
                                                             : "system";
        items.push_back({{"type", "message"}, {"role", role}, {"content", content_of(message)}});
    }
    for (const auto& call : message.tool_calls) {
        items.push_back(
            {{"type", "function_call"}, {"call_id", call.id}, {"name", call.name}, {"arguments", call.arguments}});
    }
}

class ResponsesReader final : public ReplyReader {
public:
    void whole(const json::value& body) override {
        JsonProblem problem;
        take_response(JsonReader(body, problem));
    }

private:
    void on_event(std::string_view type, const json::value& data) override {
        JsonProblem problem;
        const JsonReader root(data, problem);
        const auto kind = root["type"].view_or(type);
        const auto delta = root["delta"].string_or("");
        if (kind == "response.output_text.delta") reply.text += delta;
        if (kind == "response.refusal.delta") reply.refusal += delta;
        if (kind.starts_with("response.reasoning")) reply.thought_bytes += delta.size();
        if (kind == "response.output_item.added" || kind == "response.output_item.done") take_call(root["item"]);
        const auto item = root["item_id"].string_or("");
        if (kind == "response.function_call_arguments.delta") reply.calls.append(item, delta);
        if (kind == "response.function_call_arguments.done") reply.calls.complete(item, root["arguments"].view_or(""));
        if (kind == "error" && !reply.error) reply.error = error_from(0, data);
        if (kind == "response.completed" || kind == "response.incomplete" || kind == "response.failed")
            take_response(root["response"]);
    }

    void take_call(const JsonReader& item) {
        if (item["type"].view_or("") != "function_call") return;
        const auto key = item["id"].string_or(item["call_id"].view_or(""));
        reply.calls.open(key, item["call_id"].string_or(""), item["name"].string_or(""));
        reply.calls.complete(key, item["arguments"].view_or(""));
    }

    // The whole answer: all of it when nothing was streamed, else only what streams leave out.
    void take_response(const JsonReader& response) {
        if (!response.object()) return;
        reply.model = response["model"].string_or(reply.model);
        const auto usage = response["usage"];
        const Usage found{usage["input_tokens"].int_or(0), usage["output_tokens"].int_or(0), false};
        if (found.input_tokens > 0 || found.output_tokens > 0) reply.usage = found;
        if (response["error"].object()) reply.error = error_from(0, *response.value());
        const bool streamed = !reply.text.empty() || !reply.refusal.empty();
        const auto output = response["output"];
        for (std::size_t i = 0; i < output.size(); ++i) {
            take_call(output[i]);
            const auto content = output[i]["content"];
            for (std::size_t j = 0; j < content.size() && !streamed; ++j) {
                if (content[j]["type"].view_or("") == "output_text") reply.text += content[j]["text"].string_or("");
                reply.refusal += content[j]["refusal"].string_or("");
            }
        }
        const auto why = response["incomplete_details"]["reason"].string_or("");
        const auto status = response["status"].view_or("completed");
        if (status == "completed") reply.end = Reply::End::stop;
        if (status == "incomplete") reply.end = why == "content_filter" ? Reply::End::filtered : Reply::End::length;
        reply.over = true;
    }
};

class Responses final : public Dialect {
public:
    const char* path() const override { return "/responses"; }
    std::unique_ptr<ReplyReader> reader() const override { return std::make_unique<ResponsesReader>(); }

    std::string body(const ChatRequest& request, const std::string& model, const Profile& profile,
                     int max_tokens) const override {
        json::array input;
        const bool in_words = !request.schema.empty() && !profile.json_schema;
        if (in_words) append(input, {Role::system, schema_in_words(request), {}, {}, {}}, profile);
        for (const auto& message : request.messages) append(input, message, profile);
        // Without "store": false everything that is said stays with OpenAI for a month.
        json::object out{{"model", model},
                         {"input", std::move(input)},
                         {"max_output_tokens", std::max(max_tokens, least_tokens)},
                         {"store", false}};
        if (!request.tools.empty() && profile.tools) out["tools"] = tools_of(request);
        if (!request.schema.empty() && profile.json_schema) out["text"] = {{"format", format_of(request)}};
        if (profile.stream) out["stream"] = true;
        return json::serialize(out);
    }

private:
    static json::array tools_of(const ChatRequest& request) {
        json::array tools;
        for (const auto& tool : request.tools) {
            json::object entry{{"type", "function"},
                               {"name", tool.name},
                               {"parameters", schema_object(tool.parameters)},
                               {"strict", false}};
            if (!tool.description.empty()) entry["description"] = tool.description;
            tools.push_back(std::move(entry));
        }
        return tools;
    }

    static json::object format_of(const ChatRequest& request) {
        auto schema = schema_object(request.schema);
        const bool strict = is_strict(schema);
        return {{"type", "json_schema"},
                {"name", request.schema_name.empty() ? "answer" : request.schema_name},
                {"strict", strict},
                {"schema", std::move(schema)}};
    }
};

}  // namespace

const Dialect& responses() {
    static const Responses dialect;
    return dialect;
}

}  // namespace parley::gpt
