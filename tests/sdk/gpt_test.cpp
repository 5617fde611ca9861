// ctx.gpt() through the C++ face, against the fake model that plugin authors test with.
#include <catch2/catch.hpp>

#include "fixture.hpp"

using parley::Context;
using parley::Json;
using parley::Status;
using parley::testing::FakeHost;

namespace {

// A host whose plugin runs what it is given.
struct Scripted {
    FakeHost host{entry<Script>};

    parley::testing::FakeModel& model() { return host.world().model; }

    void run(std::function<void(Context&)> body) {
        Script::body = std::move(body);
        const auto outcome = host.send("/run");
        INFO(outcome.report);
        REQUIRE(outcome.status == PARLEY_OK);
    }
};

template <class Ask>
Status status_of(Ask ask) {
    try {
        ask();
    } catch (const parley::ServiceError& error) {
        return error.status();
    }
    return Status::ok;
}

}  // namespace

TEST_CASE("without a model every question says so") {
    Scripted at;
    at.run([](Context& ctx) {
        const auto gpt = ctx.gpt();
        CHECK(status_of([&] { gpt.chat("hi"); }) == Status::not_configured);
        CHECK(status_of([&] { gpt.transcribe("x"); }) == Status::not_configured);
        CHECK(status_of([&] { gpt.speak("x"); }) == Status::not_configured);
        CHECK(status_of([&] { gpt.draw("x"); }) == Status::not_configured);
        CHECK(status_of([&] { gpt.embed({"x"}); }) == Status::not_configured);
        CHECK(status_of([&] { gpt.moderate("x"); }) == Status::not_configured);
    });
}

TEST_CASE("a question and its answer") {
    Scripted at;
    at.model().chat = [](const Json& request) {
        CHECK(request.dump() ==
              "{\"messages\":[{\"role\":\"user\",\"content\":\"hi\"}],\"model\":\"m\",\"max_tokens\":5}");
        return Json::parse(
            "{\"text\":\"hello\",\"model\":\"m\",\"input_tokens\":1,\"output_tokens\":2,\"truncated\":true}");
    };
    at.run([](Context& ctx) {
        parley::ChatRequest request{{{"user", "hi"}}, "m", 5};
        const auto answer = ctx.gpt().chat(request);
        CHECK(answer.text == "hello");
        CHECK(answer.input_tokens == 1);
        CHECK(answer.output_tokens == 2);
        CHECK(answer.truncated);
    });

    at.model().chat = parley::testing::answers({"one", "two"});
    at.run([](Context& ctx) {
        CHECK(ctx.gpt().chat("?") == "one");
        CHECK(ctx.gpt().chat("?") == "two");
    });
}

TEST_CASE("pictures go along by reference") {
    Scripted at;
    at.model().chat = [](const Json& request) {
        const auto& parts = request["messages"].items().at(0)["content"].items();
        CHECK(parts.at(0)["text"].as_string() == "what is it?");
        CHECK(parts.at(1)["type"].as_string() == "image");
        Json answer;
        answer["text"] = parts.at(1)["media"].as_string();
        return answer;
    };
    at.run([](Context& ctx) {
        const auto picture = ctx.media().create("jpeg", "image/jpeg");
        parley::ChatRequest request{{{"user", "what is it?", {picture}}}};
        CHECK(ctx.gpt().chat(request).text == picture);
        request.messages[0].images = {"nothing"};
        CHECK(status_of([&] { ctx.gpt().chat(request); }) == Status::invalid);
    });
}

TEST_CASE("the model asks for a tool and hears what came of it") {
    Scripted at;
    at.model().chat = [](const Json& request) {
        const auto& messages = request["messages"].items();
        CHECK(request["tools"].items().at(0)["name"].as_string() == "weather");
        CHECK(request["tools"].items().at(0)["parameters"].is_object());
        if (messages.size() == 1) {
            return parley::testing::tool_answer("weather", Json::parse("{\"city\":\"Lahore\"}"), "call-7");
        }
        CHECK(messages.at(1)["tool_calls"].items().at(0)["arguments"]["city"].as_string() == "Lahore");
        CHECK(messages.at(2)["tool_call_id"].as_string() == "call-7");
        return Json::parse("{\"text\":\"It is hot.\"}");
    };
    at.run([](Context& ctx) {
        parley::ChatRequest request{{{"user", "How is the weather?"}}};
        request.tools.push_back({"weather", "of a city", Json::parse("{\"type\":\"object\"}")});
        auto answer = ctx.gpt().chat(request);
        REQUIRE(answer.tool_calls.size() == 1);
        CHECK(answer.tool_calls[0].arguments["city"].as_string() == "Lahore");
        request.messages.push_back(answer.message());
        request.messages.push_back({"tool", "45 degrees", {}, {}, answer.tool_calls[0].id});
        CHECK(ctx.gpt().chat(request).text == "It is hot.");
    });
}

TEST_CASE("an answer that fits a schema") {
    Scripted at;
    at.model().chat = [](const Json& request) {
        CHECK(request["schema"].dump() == "{\"name\":\"answer\",\"schema\":{\"type\":\"object\"}}");
        return Json::parse("{\"text\":\"{\\\"n\\\":1}\"}");
    };
    at.run([](Context& ctx) {
        parley::ChatRequest request{{{"user", "?"}}};
        request.schema = Json::parse("{\"type\":\"object\"}");
        CHECK(ctx.gpt().chat(request).json()["n"].as_int() == 1);
    });
}

TEST_CASE("the model's words for the user reach the plugin") {
    Scripted at;
    at.model().chat = [](const Json&) -> Json {
        throw parley::ServiceError(Status::denied, "chat", "Your budget is used up until midnight.");
    };
    at.run([](Context& ctx) {
        try {
            ctx.gpt().chat("hi");
            FAIL("no budget is left");
        } catch (const parley::ServiceError& error) {
            CHECK(error.status() == Status::denied);
            CHECK(error.reason() == "Your budget is used up until midnight.");
        }
    });
}

TEST_CASE("hearing, speaking, drawing, comparing and judging") {
    Scripted at;
    at.model().transcribe = [](const std::string& audio, const std::string& language) { return audio + language; };
    at.model().speak = [](const std::string& text, const std::string& voice) { return "ogg:" + text + voice; };
    at.model().draw = [](const std::string& prompt, const std::string& size) { return "png:" + prompt + size; };
    at.model().embed = [](const std::string& text) { return std::vector<double>{0.5, double(text.size())}; };
    at.model().moderate = [](const std::string& text) {
        return text == "bad" ? std::vector<std::string>{"violence"} : std::vector<std::string>{};
    };
    at.run([&](Context& ctx) {
        const auto gpt = ctx.gpt();
        auto& media = at.host.world().media;
        CHECK(gpt.transcribe(ctx.media().create("words "), "en").text == "words en");
        CHECK(status_of([&] { gpt.transcribe("nothing"); }) == Status::invalid);
        CHECK(media.at(gpt.speak("hi", "nova")) == "ogg:hinova");
        CHECK(status_of([&] { gpt.speak(""); }) == Status::invalid);
        CHECK(media.at(gpt.draw("a cat")) == "png:a cat");
        CHECK(gpt.embed({"a", "bc"}) == std::vector<std::vector<float>>{{0.5f, 1.0f}, {0.5f, 2.0f}});
        CHECK(gpt.moderate("bad").categories == std::vector<std::string>{"violence"});
        CHECK_FALSE(gpt.moderate("good").flagged);
    });
}

TEST_CASE("an older host has a shorter table") {
    parley_gpt old{};
    old.size = offsetof(parley_gpt, transcribe);
    old.chat = [](parley_call*, parley_str, parley_sink) { return parley_status(PARLEY_OK); };
    const parley::Gpt gpt({}, &old);
    CHECK(status_of([&] { gpt.draw("a cat"); }) == Status::unsupported);
}
