// Plain words, the built host and a language model's server at its other end: answers, a crash in the middle of a turn,
// and a model that is away.
#include <catch2/catch.hpp>
#include <condition_variable>
#include <mutex>

#include "support/provider.hpp"
#include "support/stage.hpp"

namespace parley::e2e {
namespace {

// A streamed answer of /v1/chat/completions.
net::Response stream(const std::string& text) {
    const auto chunk = [](const std::string& choices, const std::string& usage) {
        return "data: "
               "{\"id\":\"c1\",\"object\":\"chat.completion.chunk\",\"created\":1,\"model\":\"mock-1\",\"choices\":" +
               choices + ",\"usage\":" + usage + "}\n\n";
    };
    net::Response response;
    response.headers.set("Content-Type", "text/event-stream");
    response.body = chunk(R"([{"index":0,"delta":{"role":"assistant","content":)" + json_string(text) + "}}]", "null") +
                    chunk(R"([{"index":0,"delta":{},"finish_reason":"stop"}])", "null") +
                    chunk("[]", R"({"prompt_tokens":11,"completion_tokens":7,"total_tokens":18})") + "data: [DONE]\n\n";
    return response;
}

// One call of a tool, its arguments in two pieces.
net::Response tool_call(const std::string& name, const std::string& first, const std::string& second) {
    auto response = stream("");
    const auto chunk = [](const std::string& delta, const std::string& reason) {
        return R"(data: {"id":"c1","object":"chat.completion.chunk","created":1,"model":"mock-1","choices":[{"index":0,)"
               R"("delta":)" +
               delta + R"(,"finish_reason":)" + reason + "}]}\n\n";
    };
    response.body =
        chunk(R"({"role":"assistant","tool_calls":[{"index":0,"id":"call_1","type":"function","function":{"name":")" +
                  name + R"(","arguments":)" + json_string(first) + "}}]}",
              "null") +
        chunk(R"({"tool_calls":[{"index":0,"function":{"arguments":)" + json_string(second) + "}}]}", "null") +
        chunk("{}", R"("tool_calls")") + "data: [DONE]\n\n";
    return response;
}

net::Response models() {
    net::Response response;
    response.headers.set("Content-Type", "application/json");
    response.body = R"({"object":"list","data":[{"id":"mock-1"}]})";
    return response;
}

struct Gate {
    std::mutex mutex;
    std::condition_variable wake;
    bool open = true;
    int held = 0;

    void pass() {
        std::unique_lock lock(mutex);
        ++held;
        wake.notify_all();
        wake.wait_for(lock, std::chrono::seconds(60), [this] { return open; });
    }
    void wait_held() {
        std::unique_lock lock(mutex);
        REQUIRE(wake.wait_for(lock, std::chrono::seconds(30), [this] { return held > 0; }));
    }
    void set(bool to) {
        const std::lock_guard lock(mutex);
        open = to;
        held = 0;
        wake.notify_all();
    }
};

FakeProvider::Handle answering(std::string text, Gate* gate = nullptr) {
    return [text, gate](const net::Request& request) -> std::optional<net::Response> {
        if (request.method == "GET") return models();
        if (gate) gate->pass();
        return stream(text);
    };
}

struct World {
    Gate gate;
    FakeProvider model{{{"POST", "/v1/chat/completions"}, {"GET", "/v1/models"}}, answering("**Hello** there.")};
    Stage stage{{{"OPENAI_BASE_URL", model.url() + "/v1"},
                 {"OPENAI_API_KEY", "key"},
                 {"OPENAI_MODEL", "mock-1"},
                 {"RATE_LIMIT_MESSAGES", "0"},
                 {"CONVERSATION_QUIET_MS", "0"}},
                {"echo", "ping"}};
};

World& world() {
    static World one;
    return one;
}

}  // namespace

TEST_CASE("plain words are answered by the model, in WhatsApp's marks") {
    auto& say = world().stage.say;
    CHECK(say.direct("hi", "923002000001") == "*Hello* there.");
    const auto asked = world().model.requests_to("/v1/chat/completions");
    REQUIRE_FALSE(asked.empty());
    CHECK_THAT(asked.back().body, Catch::Contains("Available commands") && Catch::Contains("\"echo\""));
    CHECK(say.direct("/ping", "923002000001") != "");
}

TEST_CASE("a command that the model calls for is run, and its answer goes back to the model") {
    auto& stage = world().stage;
    world().model.answer_with([](const net::Request& request) -> std::optional<net::Response> {
        if (request.method == "GET") return models();
        if (request.body.find(R"("role":"tool")") != std::string::npos) return stream("It is said.");
        return tool_call("echo", R"({"argum)", R"(ents":"from the model"})");
    });
    CHECK(stage.say.answers_before_ping({.text = "say it", .from = "923002000004"}) ==
          std::vector<std::string>{"from the model", "It is said."});
    CHECK_THAT(world().model.requests_to("/v1/chat/completions").back().body,
               Catch::Contains("Run. They got this answer: from the model"));
}

TEST_CASE("a document is read and goes into the question") {
    auto& stage = world().stage;
    world().model.answer_with(answering("It is about towers."));
    stage.gateway.serve_file("towers.txt", "The tower is 300 metres high.\n");
    const std::string file =
        R"("document":{"media_path":"statics/media/towers.txt","mime_type":"text/plain","caption":"what is it about?"})";
    CHECK(stage.say.answer({.text = "", .from = "923002000005", .extra = file}) == "It is about towers.");
    CHECK_THAT(world().model.requests_to("/v1/chat/completions").back().body,
               Catch::Contains("The tower is 300 metres high.") && Catch::Contains("what is it about?"));
}

TEST_CASE("a host that dies in the middle of a turn begins it again, and answers once") {
    auto& stage = world().stage;
    const std::string person = "923002000002";
    world().gate.set(false);
    world().model.answer_with(answering("After the crash.", &world().gate));
    REQUIRE(stage.host.post(body_of({.text = "are you there?", .from = person})).status == 200);
    world().gate.wait_held();
    stage.host.kill9();
    world().gate.set(true);
    stage.host.start();
    CHECK(stage.say.answers_before_ping({.text = "/echo behind", .from = person}) ==
          std::vector<std::string>{"After the crash.", "behind"});
}

TEST_CASE("a model that is away costs an apology and holds up no command") {
    auto& stage = world().stage;
    world().model.answer_with([](const net::Request& request) -> std::optional<net::Response> {
        if (request.method == "GET") return models();
        net::Response response;
        response.status = 401;
        response.body =
            R"({"error":{"message":"no","type":"invalid_request_error","param":null,"code":"invalid_api_key"}})";
        return response;
    });
    CHECK_THAT(stage.say.direct("hi", "923002000003"), Catch::StartsWith("Sorry, I cannot answer right now."));
    CHECK(stage.say.direct("/echo there", "923002000003") == "there");
}

}  // namespace parley::e2e
