#include "gpt/mock_model.hpp"

#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>

namespace parley::test {

namespace json = boost::json;
using namespace std::chrono_literals;

json::value Asked::json() const {
    json::error_code error;
    auto value = json::parse(body, error);
    return error ? json::value() : value;
}

void Wire::answer(int status, const std::string& body, const std::string& type, const std::string& fields) {
    socket_.send("HTTP/1.1 " + std::to_string(status) + " Mock\r\nContent-Type: " + type + "\r\n" + fields +
                 "Content-Length: " + std::to_string(body.size()) + "\r\n\r\n" + body);
}

void Wire::begin(const std::string& type) {
    socket_.send("HTTP/1.1 200 OK\r\nContent-Type: " + type + "\r\nTransfer-Encoding: chunked\r\n\r\n");
}

void Wire::bytes(const std::string& text) {
    char size[24];
    std::snprintf(size, sizeof size, "%zx\r\n", text.size());
    socket_.send(size + text + "\r\n");
}

void Wire::end() {
    socket_.send("0\r\n\r\n");
}

void Wire::stream(std::initializer_list<std::string> events) {
    begin();
    for (const auto& one : events) event(one);
    end();
}

MockModel::MockModel() : server_([this](RawSocket& socket, int) { talk(socket); }) {}

void MockModel::script(std::deque<Talk> talks) {
    std::lock_guard lock(mutex_);
    talks_ = std::move(talks);
    asked_.clear();
}

void MockModel::list_models(std::string json, std::string path) {
    std::lock_guard lock(mutex_);
    models_ = std::move(json);
    models_path_ = std::move(path);
}

std::vector<Asked> MockModel::asked() const {
    std::lock_guard lock(mutex_);
    return asked_;
}

MockModel::Talk MockModel::next() {
    std::lock_guard lock(mutex_);
    if (talks_.empty()) return [](const Asked&, Wire& wire) { wire.answer(500, "the test has no script"); };
    auto talk = talks_.front();
    if (talks_.size() > 1) talks_.pop_front();
    return talk;
}

void MockModel::talk(RawSocket& socket) {
    for (;;) {
        Asked asked;
        asked.head = socket.read_until("\r\n\r\n");
        if (asked.head.empty()) return;
        asked.method = asked.head.substr(0, asked.head.find(' '));
        const auto path = asked.head.find(' ') + 1;
        asked.path = asked.head.substr(path, asked.head.find(' ', path) - path);
        RawResponse as_response;
        as_response.head = asked.head;
        const auto length = as_response.header("Content-Length");
        asked.body = socket.read_bytes(length.empty() ? 0 : std::stoul(length));
        Wire wire(socket);
        if (asked.method == "GET" && asked.path.ends_with("/models")) {
            std::unique_lock lock(mutex_);
            const bool here = asked.path == models_path_;
            const auto models = models_;
            lock.unlock();
            wire.answer(here ? 200 : 404, here ? models : "{}");
            continue;
        }
        {
            std::lock_guard lock(mutex_);
            asked_.push_back(asked);
        }
        next()(asked, wire);
        if (wire.is_cut()) return;
    }
}

gpt::Patience Asking::quick() {
    gpt::Patience patience;
    patience.question = 4s;
    patience.idle = 800ms;
    patience.linger = 50ms;
    patience.retries.base = 2ms;
    patience.retries.longest = 4ms;
    return patience;
}

Asking::Asking(gpt::Patience patience) {
    options.base_url = model.origin();
    thread.run([&] {
        net::ClientOptions few;
        few.idle_timeout_ms = 500;
        client = std::make_unique<net::Client>(thread.loop, few, Logger());
        const auto convert_it = [this](gpt::Audio audio, UniqueFunction<void(Result<gpt::Audio>)> done) {
            convert(std::move(audio), std::move(done));
        };
        provider = std::make_unique<gpt::Provider>(
            gpt::Provider::Parts{thread.loop, *client, workers, [this] { return options; }, convert_it, Logger()},
            patience);
    });
}

Asking::~Asking() {
    thread.run([&] {
        provider.reset();
        client.reset();
    });
}

gpt::ChatRequest question(const std::string& text) {
    gpt::ChatRequest request;
    request.messages.push_back({gpt::Role::user, text, {}, {}, {}});
    return request;
}

gpt::ChatRequest question_with_tool() {
    auto request = question("weather?");
    request.tools.push_back({"weather", "of a city", R"({"type":"object","properties":{"city":{"type":"string"}}})"});
    return request;
}

gpt::Outcome<gpt::ChatAnswer> Asking::chat(const std::string& text) {
    return chat(question(text));
}

std::string Asking::said(gpt::ChatRequest request) {
    const auto answer = chat(std::move(request));
    return answer ? answer->text : "no answer: " + answer.error().message;
}

std::string Asking::said() {
    return said(question());
}

gpt::Fault Asking::fault(gpt::ChatRequest request) {
    const auto answer = chat(std::move(request));
    if (answer) FAIL("there is an answer: " << answer->text);
    return answer.error().fault;
}

gpt::Fault Asking::fault() {
    return fault(question());
}

std::string delta(const std::string& text) {
    return R"({"id":"c","object":"chat.completion.chunk","model":"mock-1","choices":[{"index":0,"delta":{"content":)" +
           json::serialize(json::value(text)) + R"(},"finish_reason":null}]})";
}

std::string finish(const std::string& reason) {
    return R"({"choices":[{"index":0,"delta":{},"finish_reason":")" + reason + R"("}]})";
}

const std::string usage_chunk =
    R"({"choices":[],"usage":{"prompt_tokens":11,"completion_tokens":7,"total_tokens":18}})";

MockModel::Talk says(const std::string& text) {
    return [text](const Asked&, Wire& wire) { wire.stream({delta(""), delta(text), finish(), usage_chunk, "[DONE]"}); };
}

MockModel::Talk refuses(int status, const std::string& body, const std::string& fields) {
    return [=](const Asked&, Wire& wire) { wire.answer(status, body, "application/json", fields); };
}

}  // namespace parley::test
