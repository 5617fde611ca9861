// What is asked of a model, and what is made of its answers, server by server.
#include <boost/json/parse.hpp>

#include "gpt/mock_model.hpp"

using namespace parley;
using namespace parley::gpt;
using namespace parley::test;
using namespace std::chrono_literals;

namespace json = boost::json;

TEST_CASE("a server whose API begins at its root is found") {
    Asking at;
    at.model.list_models(R"({"data":[{"id":"root-model","context_length":1000}]})", "/models");
    at.model.script({says("yes")});
    CHECK(at.said() == "yes");
    CHECK(at.model.asked().at(0).path == "/chat/completions");
    CHECK(at.model.asked().at(0).json().at("model") == "root-model");
    CHECK(at.model.asked().at(0).json().at("max_tokens") == 500);
    CHECK(at.provider->context_tokens() == 1000);
}

TEST_CASE("OpenAI: the newer names of parameters are learned once") {
    Asking at;
    const auto strict = [](const Asked& asked, Wire& wire) {
        if (asked.json().as_object().contains("max_tokens"))
            return wire.answer(
                400,
                R"({"error":{"message":"Unsupported parameter: 'max_tokens' is not supported with this model. Use 'max_completion_tokens' instead.","type":"invalid_request_error","param":"max_tokens","code":"unsupported_parameter"}})");
        says("ok")(asked, wire);
    };
    at.model.script({strict});
    CHECK(at.said() == "ok");
    CHECK(at.model.asked().size() == 2);
    CHECK(at.said() == "ok");
    CHECK(at.model.asked().size() == 3);
}

TEST_CASE("OpenAI: tools of models that think go to the Responses API") {
    Asking at;
    const auto talk = [](const Asked& asked, Wire& wire) {
        if (asked.path == "/v1/chat/completions")
            return wire.answer(
                400,
                R"({"error":{"message":"Function tools with reasoning are not supported. Please use /v1/responses or set reasoning_effort to 'none'.","type":"invalid_request_error","param":"reasoning_effort","code":null}})");
        const auto body = asked.json();
        CHECK(body.at("store") == false);
        CHECK(body.at("tools").at(0).at("name") == "weather");
        wire.begin();
        for (
            const char* one :
            {R"({"type":"response.created","response":{"id":"r","status":"in_progress"}})",
             R"({"type":"response.output_item.added","output_index":0,"item":{"type":"function_call","id":"fc_1","call_id":"call_1","name":"weather","arguments":""}})",
             R"({"type":"response.function_call_arguments.delta","item_id":"fc_1","delta":"{\"city\":"})",
             R"({"type":"response.function_call_arguments.delta","item_id":"fc_1","delta":"\"Lahore\"}"})",
             R"({"type":"response.function_call_arguments.done","item_id":"fc_1","arguments":"{\"city\":\"Lahore\"}"})",
             R"({"type":"response.completed","response":{"status":"completed","model":"gpt-5.4","output":[{"type":"function_call","id":"fc_1","call_id":"call_1","name":"weather","arguments":"{\"city\":\"Lahore\"}"}],"usage":{"input_tokens":20,"output_tokens":5}}})"})
            wire.event(one);
        wire.end();
    };
    at.model.script({talk});
    const auto answer = at.chat(question_with_tool());
    REQUIRE(answer);
    REQUIRE(answer->tool_calls.size() == 1);
    CHECK(answer->tool_calls[0].id == "call_1");
    CHECK(answer->tool_calls[0].arguments == R"({"city":"Lahore"})");
    CHECK(answer->usage.input_tokens == 20);
    CHECK(answer->model == "gpt-5.4");
}

TEST_CASE("the Responses API streams text, refuses, is cut off, fails") {
    Asking at;
    at.options.profile = "responses=yes";
    const auto with = [](std::vector<std::string> events) -> MockModel::Talk {
        return [events](const Asked&, Wire& wire) {
            wire.begin();
            for (const auto& one : events) wire.event(one);
            wire.end();
        };
    };
    at.model.script({with(
        {R"({"type":"response.output_text.delta","delta":"Hel"})",
         R"({"type":"response.output_text.delta","delta":"lo"})",
         R"({"type":"response.completed","response":{"status":"completed","output":[{"type":"message","content":[{"type":"output_text","text":"Hello"}]}],"usage":{"input_tokens":3,"output_tokens":2}}})"})});
    CHECK(at.said() == "Hello");
    CHECK(at.model.asked().at(0).json().at("max_output_tokens") == 2000);
    at.model.script({with({R"({"type":"response.refusal.delta","delta":"I cannot do that."})",
                           R"({"type":"response.completed","response":{"status":"completed","output":[]}})"})});
    CHECK(at.fault() == Fault::refused);
    CHECK(at.said() == "no answer: I cannot do that.");
    at.model.script({with(
        {R"({"type":"response.output_text.delta","delta":"Hel"})",
         R"({"type":"response.incomplete","response":{"status":"incomplete","incomplete_details":{"reason":"max_output_tokens"},"output":[]}})"})});
    CHECK(at.chat()->truncated);
    at.model.script(
        {with({R"({"type":"error","code":"server_error","message":"oops","param":null,"sequence_number":1})"}),
         with(
             {R"({"type":"response.failed","response":{"status":"failed","error":{"code":"server_error","message":"oops"}}})"}),
         with({R"({"type":"response.output_text.delta","delta":"at last"})",
               R"({"type":"response.completed","response":{"status":"completed"}})"})});
    CHECK(at.said() == "at last");
    CHECK(at.model.asked().size() == 3);
    // A server that answers in one piece, and one without this API.
    at.model.script({refuses(
        200,
        R"({"object":"response","status":"completed","model":"m","output":[{"type":"message","content":[{"type":"output_text","text":"whole"}]}],"usage":{"input_tokens":3,"output_tokens":2}})")});
    CHECK(at.said() == "whole");
}

TEST_CASE("llama.cpp: pings, integer codes, no templates for tools") {
    Asking at;
    const auto talk = [](const Asked& asked, Wire& wire) {
        if (asked.json().as_object().contains("tools"))
            return wire.answer(
                500, R"({"error":{"code":500,"message":"tools param requires --jinja flag","type":"server_error"}})");
        wire.begin();
        wire.bytes(":\n\n");
        wire.event(
            R"({"choices":[{"index":0,"delta":{"role":"assistant","content":null}}],"object":"chat.completion.chunk"})");
        wire.bytes(": ping\n\n");
        wire.event(R"({"choices":[{"index":0,"delta":{"reasoning_content":"hm"}}]})");
        wire.event(delta("hello"));
        wire.event(
            R"({"choices":[{"finish_reason":"stop","index":0,"delta":{}}],"usage":{"completion_tokens":4,"prompt_tokens":9},"timings":{"prompt_n":1}})");
        wire.event("[DONE]");
        wire.end();
    };
    at.model.script({talk});
    const auto answer = at.chat(question_with_tool());
    REQUIRE(answer);
    CHECK(answer->text == "hello");
    CHECK(answer->usage.input_tokens == 9);
    CHECK(at.model.asked().size() == 2);

    at.model.script({refuses(
        400,
        R"({"error":{"code":400,"message":"the request exceeds the available context size","type":"exceed_context_size_error","n_prompt_tokens":9000,"n_ctx":4096}})")});
    CHECK(at.fault() == Fault::too_long);
    CHECK(at.model.asked().size() == 1);
    at.model.script({refuses(503, R"({"error":{"code":503,"message":"Loading model","type":"unavailable_error"}})"),
                     says("loaded")});
    CHECK(at.said() == "loaded");
}

TEST_CASE("llama.cpp of old: what may call tools is not streamed, all else is") {
    Asking at;
    at.model.script({[](const Asked& asked, Wire& wire) {
        const auto body = asked.json().as_object();
        if (!body.contains("tools")) return says("streamed")(asked, wire);
        if (body.contains("stream"))
            return wire.answer(
                500, R"({"error":{"code":500,"message":"Cannot use tools with stream","type":"server_error"}})");
        wire.answer(
            200,
            R"({"choices":[{"message":{"content":null,"tool_calls":[{"type":"function","function":{"name":"weather","arguments":"{}"}}]},"finish_reason":"tool_calls"}],"usage":{"prompt_tokens":9,"completion_tokens":4}})");
    }});
    const auto answer = at.chat(question_with_tool());
    REQUIRE(answer);
    CHECK(answer->tool_calls.at(0).name == "weather");
    CHECK_FALSE(answer->streamed);
    CHECK(at.model.asked().size() == 2);
    CHECK(at.chat()->streamed);
    at.chat(question_with_tool());
    CHECK(at.model.asked().size() == 4);
}

TEST_CASE("Ollama: calls all at index 0, arguments of its own kind, errors in one word") {
    Asking at;
    at.model.script({[](const Asked&, Wire& wire) {
        wire.stream(
            {R"({"choices":[{"index":0,"delta":{"role":"assistant","content":"","reasoning":"hm","tool_calls":[{"id":"call_a","index":0,"type":"function","function":{"name":"weather","arguments":"{\"city\":\"A\"}"}}]},"finish_reason":null}]})",
             R"({"choices":[{"index":0,"delta":{"tool_calls":[{"id":"call_b","index":0,"type":"function","function":{"name":"weather","arguments":{"city":"B"}}}]}}]})",
             finish("stop"), "[DONE]"});
    }});
    const auto answer = at.chat(question_with_tool());
    REQUIRE(answer);
    REQUIRE(answer->tool_calls.size() == 2);
    CHECK(answer->tool_calls[1].arguments == R"({"city":"B"})");
    CHECK(answer->usage.estimated);

    at.model.script({refuses(
        404, R"({"error":{"message":"model 'x' not found, try pulling it first","type":"not_found_error"}})")});
    const auto missing = at.chat();
    CHECK(missing.error().fault == Fault::invalid);
    CHECK(missing.error().message.find("try pulling it first") != std::string::npos);
    at.model.script(
        {[](const Asked&, Wire& wire) { wire.stream({R"({"error":"llama runner process has terminated"})"}); },
         says("back")});
    CHECK(at.said() == "back");
}

TEST_CASE("vLLM: tools and stream options that it was not started for") {
    Asking at;
    const auto talk = [](const Asked& asked, Wire& wire) {
        if (asked.json().as_object().contains("tools"))
            return wire.answer(
                400,
                R"({"object":"error","message":"\"auto\" tool choice requires --enable-auto-tool-choice and --tool-call-parser to be set","type":"BadRequestError","param":null,"code":400})");
        if (asked.json().as_object().contains("stream_options"))
            return wire.answer(
                400,
                R"({"object":"error","message":"[{'type': 'extra_forbidden', 'loc': ('body', 'stream_options'), 'msg': 'Extra inputs are not permitted'}]","type":"BadRequestError","param":null,"code":400})");
        says("<think>\nlet me see\n</think>\n\nfine")(asked, wire);
    };
    at.model.script({talk});
    CHECK(at.said(question_with_tool()) == "fine");
    CHECK(at.model.asked().size() == 3);
    auto seen = question("what is it?");
    seen.messages[0].images.push_back({"image/png", "\x89PNG"});
    at.model.script({refuses(
        400,
        R"({"object":"error","message":"/models/qwen is not a multimodal model","type":"BadRequestError","param":null,"code":400})")});
    CHECK(at.fault(seen) == Fault::unsupported);
    at.model.script({refuses(
        400,
        R"({"object":"error","message":"This model's maximum context length is 4096 tokens. However, you requested 6000 tokens. Please reduce the length of the messages or max_tokens.","type":"BadRequestError","param":null,"code":400})")});
    CHECK(at.fault() == Fault::too_long);
    CHECK(at.model.asked().size() == 1);
}

TEST_CASE("LocalAI: answers in one piece, codes as text, a while to load") {
    Asking at;
    at.model.script(
        {refuses(503, R"({"error":{"code":"503","message":"backend is loading","type":""}})", "Retry-After: 0\r\n"),
         refuses(
             200,
             R"({"object":"chat.completion","model":"local","choices":[{"index":0,"finish_reason":"stop","message":{"role":"assistant","content":"whole"}}],"usage":{"prompt_tokens":2,"completion_tokens":1}})")});
    const auto answer = at.chat();
    REQUIRE(answer);
    CHECK(answer->text == "whole");
    CHECK(answer->model == "local");
    CHECK(answer->usage.output_tokens == 1);
}

TEST_CASE("LM Studio: a question over the context is answered with nothing, and that is no answer") {
    Asking at;
    at.model.script({[](const Asked&, Wire& wire) { wire.stream({"[DONE]"}); }});
    const auto answer = at.chat();
    REQUIRE_FALSE(answer);
    CHECK(answer.error().fault == Fault::away);
    CHECK(answer.error().message.find("nothing") != std::string::npos);
    CHECK(answer.error().usage.input_tokens == 0);
    CHECK(at.model.asked().size() == 3);
}

TEST_CASE("what the operator says of a server stands above what is found") {
    Asking at;
    at.options.profile = "cap=max_tokens tools=no stream=no context=100";
    at.model.script({refuses(200, R"({"choices":[{"message":{"content":"x"}}]})")});
    CHECK(at.said(question_with_tool()) == "x");
    CHECK(at.model.asked().at(0).json() ==
          json::parse(R"({"model":"mock-1","messages":[{"role":"user","content":"weather?"}],"max_tokens":50})"));
}
