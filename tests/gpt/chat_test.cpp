// What is asked of a model, and what is made of its answers, whoever serves it.
#include <boost/json/parse.hpp>

#include "core/crypto.hpp"
#include "gpt/mock_model.hpp"

using namespace parley;
using namespace parley::gpt;
using namespace parley::test;
using namespace std::chrono_literals;

namespace {

namespace json = boost::json;

ChatRequest with_schema() {
    auto request = question("a number");
    request.schema_name = "number";
    request.schema =
        R"({"type":"object","properties":{"n":{"type":"integer"}},"required":["n"],"additionalProperties":false})";
    return request;
}

}  // namespace

TEST_CASE("a question is answered") {
    Asking at;
    at.options.key = Secret("sk-test");
    at.model.script({says("Hello, grüße 👋")});
    const auto answer = at.chat();
    REQUIRE(answer);
    CHECK(answer->text == "Hello, grüße 👋");
    CHECK(answer->model == "mock-1");
    CHECK(answer->usage.input_tokens == 11);
    CHECK(answer->usage.output_tokens == 7);
    CHECK_FALSE(answer->usage.estimated);
    CHECK_FALSE(answer->truncated);
    const auto asked = at.model.asked();
    REQUIRE(asked.size() == 1);
    CHECK(asked[0].path == "/v1/chat/completions");
    CHECK(asked[0].head.find("Authorization: Bearer sk-test\r\n") != std::string::npos);
    // Nothing that was not said: no temperature, no nulls.
    CHECK(asked[0].json() == json::parse(R"({"model":"mock-1","messages":[{"role":"user","content":"hi"}],
        "max_completion_tokens":2000,"max_tokens":2000,"stream":true,"stream_options":{"include_usage":true}})"));
    CHECK(at.provider->configured());
}

TEST_CASE("without key and address there is nobody to ask, and settings count at once") {
    Asking at;
    at.model.script({says("yes")});
    at.options.base_url.clear();
    CHECK_FALSE(at.provider->configured());
    CHECK(at.fault() == Fault::not_configured);
    at.options.base_url = "http://user:pw@nowhere";
    CHECK(at.fault() == Fault::invalid);
    at.options.base_url = at.model.origin() + "/v1/chat/completions";
    at.options.model = "other";
    CHECK(at.said() == "yes");
    CHECK(at.model.asked().at(0).json().at("model") == "other");
}

TEST_CASE("pictures go inside the question, or it is said that the model is blind") {
    Asking at;
    auto request = question("what is it?");
    request.messages[0].images.push_back({"image/png", "\x89PNG"});
    at.model.script({says("a cat")});
    CHECK(at.said(request) == "a cat");
    const auto content = at.model.asked().at(0).json().at("messages").at(0).at("content");
    CHECK(content.at(1).at("image_url").at("url") == "data:image/png;base64,iVBORw==");
    at.model.script({refuses(
        400,
        R"({"error":{"code":400,"message":"image input is not supported - hint: if this is unexpected, you may need to provide the mmproj","type":"invalid_request_error"}})")});
    CHECK(at.fault(request) == Fault::unsupported);
    CHECK(at.model.asked().size() == 1);
    CHECK(at.fault(request) == Fault::unsupported);
    CHECK(at.model.asked().size() == 1);
}

TEST_CASE("large pictures are put into a question beside the loop") {
    Asking at;
    auto request = question("what is it?");
    for (const char byte : {'a', 'b', 'c'})
        request.messages[0].images.push_back({"image/png", std::string(1 << 20, byte)});
    request.deadline = std::chrono::steady_clock::now() + 15s;
    at.model.script({refuses(500, "{}"), says("three")});
    CHECK(at.said(request) == "three");
    REQUIRE(at.model.asked().size() == 2);
    const auto content = at.model.asked().at(1).json().at("messages").at(0).at("content");
    const auto& url = content.at(3).at("image_url").at("url").as_string();
    const bool whole = url == "data:image/png;base64," + crypto::base64_encode(std::string(1 << 20, 'c'));
    CHECK(whole);
    // The loop is free while a worker makes it: here the only worker is busy, and the loop is not.
    std::promise<void> free;
    REQUIRE(at.workers.submit([busy = free.get_future().share()] { busy.wait(); }));
    request.deadline = std::chrono::steady_clock::now() + 300ms;
    at.model.script({says("too late")});
    CHECK(at.fault(request) == Fault::timeout);
    CHECK(at.said() == "too late");
    CHECK(at.model.asked().size() == 1);
    free.set_value();
}

TEST_CASE("what a model really counts corrects the estimates") {
    Asking at;
    const auto ask = [&] { return question(std::string(1'000, 'x')); };
    const auto estimated = [&] {
        at.model.script({[](const Asked&, Wire& wire) { wire.stream({delta("yes"), finish(), "[DONE]"}); }});
        return at.chat(ask())->usage;
    };
    CHECK(estimated().input_tokens > 300);
    CHECK(estimated().estimated);
    const auto counting = [](const Asked&, Wire& wire) {
        wire.stream({delta("yes"), finish(),
                     R"({"choices":[],"usage":{"prompt_tokens":207,"completion_tokens":1,"total_tokens":208}})"});
    };
    at.model.script({counting});
    for (int i = 0; i < 20; ++i) CHECK(at.chat(ask())->usage.input_tokens == 207);
    CHECK(std::abs(estimated().input_tokens - 207) < 5);
    at.thread.run([&] { CHECK(std::abs(at.provider->token_scale().estimate(std::string(1'000, 'x')) - 200) < 5); });
    // Another model counts otherwise.
    at.options.model = "another";
    CHECK(estimated().input_tokens > 300);
}

TEST_CASE("answers that fit a schema") {
    Asking at;
    at.model.script({says(R"({"n": 3})")});
    auto answer = at.chat(with_schema());
    CHECK(answer->text == R"({"n":3})");
    const auto format = at.model.asked().at(0).json().at("response_format");
    CHECK(format.at("json_schema").at("strict") == true);
    CHECK(format.at("json_schema").at("name") == "number");

    // One turn to mend it, and it is paid for.
    at.model.script({says("It is three."), says("```json\n{\"n\":3}\n```")});
    answer = at.chat(with_schema());
    REQUIRE(answer);
    CHECK(answer->text == R"({"n":3})");
    CHECK(answer->usage.input_tokens == 22);
    CHECK(at.model.asked().at(1).json().at("messages").as_array().size() == 3);
    at.model.script({says("It is three.")});
    answer = at.chat(with_schema());
    REQUIRE_FALSE(answer);
    CHECK(answer.error().fault == Fault::invalid);
    CHECK(answer.error().usage.output_tokens == 14);
    CHECK(at.model.asked().size() == 2);

    // A server without schemas is asked in words.
    at.model.script({[](const Asked& asked, Wire& wire) {
        if (asked.json().as_object().contains("response_format"))
            return wire.answer(400, R"({"error":"response_format is not supported"})");
        CHECK(std::string(asked.json().at("messages").at(0).at("content").as_string()).find("JSON") !=
              std::string::npos);
        says(R"({"n":4})")(asked, wire);
    }});
    CHECK(at.said(with_schema()) == R"({"n":4})");
}

TEST_CASE("a conversation with tools keeps its form") {
    Asking at;
    auto request = question_with_tool();
    ChatMessage call, result;
    call.role = Role::assistant;
    call.tool_calls = {{"c1", "weather", R"({"city":"A"})"}};
    result.role = Role::tool;
    result.tool_call_id = "c1";
    result.text = "hot";
    request.messages.push_back(call);
    request.messages.push_back(result);
    request.messages.insert(request.messages.begin(), {Role::system, "be short", {}, {}, {}});
    at.model.script({says("hot")});
    CHECK(at.said(request) == "hot");
    CHECK(at.model.asked().at(0).json().at("messages") == json::parse(R"([
        {"role":"system","content":"be short"},{"role":"user","content":"weather?"},
        {"role":"assistant","tool_calls":[{"id":"c1","type":"function","function":{"name":"weather","arguments":"{\"city\":\"A\"}"}}]},
        {"role":"tool","tool_call_id":"c1","content":"hot"}])"));
}
