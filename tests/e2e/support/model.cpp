#include "support/model.hpp"

#include <stdexcept>

#include "support/conversation.hpp"

namespace parley::e2e {
namespace {

using namespace std::chrono_literals;

std::string chunk(const std::string& choices, const std::string& usage = "null") {
    return R"(data: {"id":"c1","object":"chat.completion.chunk","created":1,"model":"mock-1","choices":)" + choices +
           R"(,"usage":)" + usage + "}\n\n";
}

std::string delta(const std::string& text) {
    return chunk(R"([{"index":0,"delta":)" + text + "}]");
}

net::Response stream(const std::string& deltas, const std::string& reason, int input_tokens, int output_tokens) {
    net::Response response;
    response.headers.set("Content-Type", "text/event-stream");
    response.body = deltas + chunk(R"([{"index":0,"delta":{},"finish_reason":")" + reason + "\"}]") +
                    chunk("[]", R"({"prompt_tokens":)" + std::to_string(input_tokens) + R"(,"completion_tokens":)" +
                                    std::to_string(output_tokens) + R"(,"total_tokens":)" +
                                    std::to_string(input_tokens + output_tokens) + "}") +
                    "data: [DONE]\n\n";
    return response;
}

}  // namespace

const FakeProvider::Routes model_routes{{"POST", "/v1/chat/completions"}, {"GET", "/v1/models"}};

net::Response says(const std::string& text, int input_tokens, int output_tokens) {
    return stream(delta(R"({"role":"assistant","content":)" + json_string(text) + "}"), "stop", input_tokens,
                  output_tokens);
}

net::Response wants(const std::string& tool, const std::string& arguments) {
    const auto half = arguments.size() / 2;
    const auto begin =
        R"({"role":"assistant","tool_calls":[{"index":0,"id":"call_1","type":"function","function":{"name":")" + tool +
        R"(","arguments":)" + json_string(arguments.substr(0, half)) + "}}]}";
    const auto rest =
        R"({"tool_calls":[{"index":0,"function":{"arguments":)" + json_string(arguments.substr(half)) + "}}]}";
    return stream(delta(begin) + delta(rest), "tool_calls", 11, 7);
}

FakeProvider::Handle model_server(std::function<net::Response(const net::Request&)> chat) {
    return [chat = std::move(chat)](const net::Request& request) -> std::optional<net::Response> {
        if (request.method == "GET") return net::Response::json(200, R"({"object":"list","data":[{"id":"mock-1"}]})");
        return chat(request);
    };
}

Environment asking(const FakeProvider& model, Environment more) {
    more.insert({{"OPENAI_BASE_URL", model.url() + "/v1"},
                 {"OPENAI_API_KEY", "key"},
                 {"OPENAI_MODEL", "mock-1"},
                 {"RATE_LIMIT_MESSAGES", "0"},
                 {"CONVERSATION_QUIET_MS", "0"}});
    return more;
}

void Gate::pass() {
    std::unique_lock lock(mutex_);
    reached_ = true;
    changed_.notify_all();
    changed_.wait_for(lock, 60s, [this] { return open_; });
}

void Gate::close() {
    const std::lock_guard lock(mutex_);
    open_ = reached_ = false;
}

void Gate::open() {
    const std::lock_guard lock(mutex_);
    open_ = true;
    changed_.notify_all();
}

void Gate::wait_for_one() {
    std::unique_lock lock(mutex_);
    if (!changed_.wait_for(lock, 30s, [this] { return reached_; })) throw std::runtime_error("nobody came to the gate");
}

}  // namespace parley::e2e
