#include "services/gpt_json.hpp"

#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <boost/json/value.hpp>

#include "core/json_reader.hpp"

namespace parley::services {
namespace {

namespace json = boost::json;

Result<json::value> parsed(std::string_view text) {
    JsonLimits limits;
    limits.max_bytes = 8 << 20;
    auto value = parse_json(text, limits);
    if (value && !value->is_object()) return make_error(Errc::invalid, "the question is no JSON object");
    return value;
}

Result<std::string> file_of(const media::Store& media, const std::string& reference, std::string& mime) {
    const auto found = media.find(reference, mime);
    if (!found) return found.error();
    mime = found->mime;
    return media.read(found->stored);
}

// Where the pictures of a question come from.
struct Pictures {
    const media::Store& media;
    const ReadPicture& read;
};

Result<gpt::Image> image_of(const Pictures& from, const std::string& reference) {
    const auto found = from.media.find(reference, "");
    if (!found) return found.error();
    if (found->kind != MediaKind::image && !found->mime.starts_with("image/"))
        return make_error(Errc::invalid, "the file is no picture but " + found->mime);
    return from.read(*found);
}

std::optional<gpt::Role> role_from(std::string_view name) {
    if (name == "system") return gpt::Role::system;
    if (name == "user") return gpt::Role::user;
    if (name == "assistant") return gpt::Role::assistant;
    if (name == "tool") return gpt::Role::tool;
    return std::nullopt;
}

Result<void> read_content(const JsonReader& content, const Pictures& pictures, gpt::ChatMessage& message) {
    message.text = content.string_or("");
    for (std::size_t i = 0; i < content.size(); ++i) {
        const auto part = content[i];
        const auto type = part["type"].string_or("");
        if (type == "text") {
            message.text += (message.text.empty() ? "" : "\n") + part["text"].string_or("");
        } else if (type == "image") {
            auto image = image_of(pictures, part["media"].string());
            if (!image) return image.error();
            message.images.push_back(std::move(*image));
        } else {
            return make_error(Errc::invalid, part.path() + ": is neither text nor an image");
        }
    }
    return {};
}

Result<gpt::ChatMessage> message_from(const JsonReader& read, const Pictures& pictures) {
    gpt::ChatMessage message;
    const auto role = role_from(read["role"].string_or(""));
    if (!role) return make_error(Errc::invalid, read.path() + ".role: is not system, user, assistant or tool");
    message.role = *role;
    if (auto ok = read_content(read["content"], pictures, message); !ok) return ok.error();
    const auto calls = read["tool_calls"];
    for (std::size_t i = 0; i < calls.size(); ++i) {
        const auto call = calls[i];
        const auto arguments = call["arguments"];
        message.tool_calls.push_back(
            {call["id"].string(), call["name"].string(),
             arguments.object() ? json::serialize(*arguments.value()) : arguments.string_or("{}")});
    }
    message.tool_call_id = read["tool_call_id"].string_or("");
    if (message.role == gpt::Role::tool && message.tool_call_id.empty())
        return make_error(Errc::invalid, read.path() + ".tool_call_id: is missing");
    return message;
}

bool is_tool_name(std::string_view name) {
    constexpr std::string_view allowed = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-";
    return !name.empty() && name.size() <= 64 && name.find_first_not_of(allowed) == std::string_view::npos;
}

Result<gpt::Tool> tool_from(const JsonReader& read) {
    gpt::Tool tool;
    tool.name = read["name"].string_or("");
    tool.description = read["description"].string_or("");
    const auto parameters = read["parameters"];
    tool.parameters =
        parameters.object() ? json::serialize(*parameters.value()) : R"({"type":"object","properties":{}})";
    if (!is_tool_name(tool.name))
        return make_error(Errc::invalid, read.path() + ".name: is not made of 1 to 64 letters, digits, '_' and '-'");
    return tool;
}

// What every question may say: which model, and how long it may take.
template <class Request>
void read_call(const JsonReader& read, Request& request) {
    request.model = read["model"].string_or("");
    const auto timeout = std::chrono::milliseconds(std::clamp<std::int64_t>(read["timeout_ms"].int_or(0), 0, 600'000));
    if (timeout.count() > 0) request.deadline = std::chrono::steady_clock::now() + timeout;
}

template <class Request, class Fill>
Result<Request> filled(std::string_view text, Fill fill) {
    const auto value = parsed(text);
    if (!value) return value.error();
    JsonProblem problem;
    Request request;
    read_call(JsonReader(*value, problem), request);
    const Result<void> done = fill(JsonReader(*value, problem), request);
    if (!done) return done.error();
    if (problem) return problem.error();
    return request;
}

// The arguments as JSON, as the interface promises; the model's are checked to be an object before they get here.
json::value arguments_of(const gpt::ToolCall& call) {
    auto value = parse_json(call.arguments);
    if (value && value->is_object()) return *value;
    return json::object();
}

}  // namespace

Result<gpt::ChatRequest> chat_request_from(std::string_view text, const media::Store& media,
                                           const ReadPicture& read_picture) {
    return filled<gpt::ChatRequest>(text, [&](const JsonReader& read, gpt::ChatRequest& request) -> Result<void> {
        const auto messages = read["messages"];
        for (std::size_t i = 0; i < messages.size(); ++i) {
            auto message = message_from(messages[i], {media, read_picture});
            if (!message) return message.error();
            request.messages.push_back(std::move(*message));
        }
        if (request.messages.empty()) return make_error(Errc::invalid, "messages: there are none");
        const auto tools = read["tools"];
        for (std::size_t i = 0; i < tools.size(); ++i) {
            auto tool = tool_from(tools[i]);
            if (!tool) return tool.error();
            request.tools.push_back(std::move(*tool));
        }
        request.max_tokens = static_cast<int>(std::clamp<std::int64_t>(read["max_tokens"].int_or(0), 0, 1'000'000));
        const auto schema = read["schema"];
        if (!schema.present()) return {};
        request.schema_name = schema["name"].string_or("answer");
        if (!is_tool_name(request.schema_name)) request.schema_name = "answer";
        if (!schema["schema"].object()) return make_error(Errc::invalid, "schema.schema: is no JSON Schema");
        request.schema = json::serialize(*schema["schema"].value());
        return {};
    });
}

Result<gpt::TranscribeRequest> transcribe_request_from(std::string_view text, const media::Store& media) {
    return filled<gpt::TranscribeRequest>(text,
                                          [&](const JsonReader& read, gpt::TranscribeRequest& request) -> Result<void> {
                                              auto bytes = file_of(media, read["media"].string(), request.audio.mime);
                                              if (!bytes) return bytes.error();
                                              request.audio.bytes = std::move(*bytes);
                                              request.language = read["language"].string_or("");
                                              return {};
                                          });
}

Result<gpt::SpeakRequest> speak_request_from(std::string_view text) {
    return filled<gpt::SpeakRequest>(text, [](const JsonReader& read, gpt::SpeakRequest& request) -> Result<void> {
        request.text = read["text"].string();
        request.voice = read["voice"].string_or("");
        return {};
    });
}

Result<gpt::DrawRequest> draw_request_from(std::string_view text) {
    return filled<gpt::DrawRequest>(text, [](const JsonReader& read, gpt::DrawRequest& request) -> Result<void> {
        request.prompt = read["prompt"].string();
        request.size = read["size"].string_or("");
        return {};
    });
}

Result<gpt::EmbedRequest> embed_request_from(std::string_view text) {
    return filled<gpt::EmbedRequest>(text, [](const JsonReader& read, gpt::EmbedRequest& request) -> Result<void> {
        const auto input = read["input"];
        for (std::size_t i = 0; i < input.size(); ++i) request.input.push_back(input[i].string());
        return {};
    });
}

Result<gpt::ModerateRequest> moderate_request_from(std::string_view text) {
    return filled<gpt::ModerateRequest>(text,
                                        [](const JsonReader& read, gpt::ModerateRequest& request) -> Result<void> {
                                            request.text = read["text"].string();
                                            return {};
                                        });
}

std::string to_json(const gpt::ChatAnswer& answer) {
    json::object out{{"text", answer.text},
                     {"model", answer.model},
                     {"input_tokens", answer.usage.input_tokens},
                     {"output_tokens", answer.usage.output_tokens}};
    json::array calls;
    for (const auto& call : answer.tool_calls)
        calls.push_back({{"id", call.id}, {"name", call.name}, {"arguments", arguments_of(call)}});
    if (!calls.empty()) out["tool_calls"] = std::move(calls);
    if (answer.truncated) out["truncated"] = true;
    return json::serialize(out);
}

std::string to_json(const gpt::Transcript& transcript) {
    json::object out{{"text", transcript.text}};
    if (!transcript.language.empty()) out["language"] = transcript.language;
    if (transcript.seconds > 0) out["seconds"] = transcript.seconds;
    return json::serialize(out);
}

std::string to_json(const gpt::Embeddings& embeddings) {
    json::array rows;
    for (const auto& vector : embeddings.vectors) rows.emplace_back(json::array(vector.begin(), vector.end()));
    return json::serialize(json::object{{"vectors", std::move(rows)}});
}

std::string to_json(const gpt::Verdict& verdict) {
    json::array categories;
    for (const auto& category : verdict.categories) categories.emplace_back(category);
    return json::serialize(json::object{{"flagged", verdict.flagged}, {"categories", std::move(categories)}});
}

}  // namespace parley::services
