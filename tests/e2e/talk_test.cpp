// Plain words, the built host and a language model's server at its other end: answers, a crash in the middle of a turn,
// and a model that is away.
#include <catch2/catch.hpp>

#include "support/api.hpp"
#include "support/model.hpp"
#include "support/stage.hpp"

namespace parley::e2e {
namespace {

FakeProvider::Handle answering(std::string text, Gate* gate = nullptr) {
    return model_server([text, gate](const net::Request&) {
        if (gate) gate->pass();
        return says(text);
    });
}

struct World {
    Gate gate;
    FakeProvider model{model_routes, answering("**Hello** there.")};
    Stage stage{asking(model, {{"API_TOKEN", "s3cret"}}), {"echo", "ping"}};
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
    CHECK(!say.direct("/ping", "923002000001").empty());
}

TEST_CASE("the API tells what the model made of a message") {
    const Api operator_of_it(world().stage.host.port(), "s3cret");
    const auto message_of = [&](const std::string& person) {
        return operator_of_it.read("/messages/incoming?limit=1&chat=" + person + "%40s.whatsapp.net").at("items").at(0);
    };
    world().model.answer_with(answering("**Blue**, I think."));
    REQUIRE(world().stage.say.direct("what colour is the sky?", "923002000006") == "*Blue*, I think.");
    const auto message = message_of("923002000006");
    const auto& turn = message.at("turn");
    CHECK(text_of(turn, "asked") == "what colour is the sky?");
    CHECK(text_of(turn, "answer") == "**Blue**, I think.");
    CHECK(text_of(turn, "model") == "mock-1");
    CHECK(turn.at("input_tokens").as_int64() > 0);
    CHECK(turn.at("output_tokens").as_int64() > 0);
    CHECK(turn.at("messages").at(0) == message.at("id"));
    CHECK_FALSE(turn.as_object().contains("error"));

    world().model.answer_with(model_server([](const net::Request&) {
        return net::Response::json(
            401, R"({"error":{"message":"no such key","type":"invalid_request_error","code":"invalid_api_key"}})");
    }));
    REQUIRE_FALSE(world().stage.say.direct("and at night?", "923002000006").empty());
    const auto failed = message_of("923002000006").at("turn");
    CHECK_FALSE(failed.as_object().contains("answer"));
    CHECK_THAT(text_of(failed, "error"), Catch::Contains("(401)"));
    REQUIRE_FALSE(world().stage.say.direct("/ping", "923002000006").empty());
    CHECK_FALSE(message_of("923002000006").as_object().contains("turn"));
    world().model.answer_with(answering("**Hello** there."));
}

TEST_CASE("a command that the model calls for is run, and its answer goes back to the model") {
    auto& stage = world().stage;
    world().model.answer_with(model_server([](const net::Request& request) {
        if (request.body.find(R"("role":"tool")") != std::string::npos) return says("It is said.");
        return wants("echo", R"({"arguments":"from the model"})");
    }));
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

TEST_CASE("gpt test tells in words what the model can do, with a host and without one") {
    auto& stage = world().stage;
    world().model.answer_with(answering("ready"));
    const auto by_host = stage.host.cli({"gpt", "test"});
    CAPTURE(by_host.out, by_host.err);
    CHECK(by_host.code == 0);
    CHECK_THAT(by_host.err, Catch::Contains("the running host"));
    CHECK_THAT(by_host.out,
               Catch::StartsWith("ok       " + world().model.url() + "/v1 answers and has 1 model: mock-1\n") &&
                   Catch::Contains("ok       mock-1 answers, in ") &&
                   Catch::Contains("ok       answers are streamed") &&
                   Catch::Contains("lacks    the model was given a tool and answered in words") &&
                   Catch::Contains("profile  cap=both "));

    const std::vector<std::string> elsewhere{"gpt", "test", "--base-url", world().model.url(), "--model", "other"};
    const auto alone = run_parley(elsewhere, {{"OPENAI_API_KEY", "sk-canary-key-77"}});
    CAPTURE(alone.out, alone.err);
    CHECK(alone.code == 0);
    CHECK_THAT(alone.out, Catch::Contains("ok       other answers, in "));
    CHECK(alone.out.find("canary") == std::string::npos);
    const auto asked = world().model.requests_to("/v1/chat/completions");
    CHECK(asked.back().headers.get("Authorization") == "Bearer sk-canary-key-77");

    const auto away = run_parley({"gpt", "test", "--base-url", "http://127.0.0.1:1/v1"});
    CHECK(away.code == 1);
    CHECK_THAT(away.out, Catch::StartsWith("PROBLEM  http://127.0.0.1:1/v1 does not answer: "));
    const TempDirectory empty;
    const auto nothing = run_parley({"gpt", "test", "--data-dir", empty.path()});
    CHECK(nothing.code == 1);
    CHECK_THAT(nothing.err, Catch::Contains("the environment names no language model"));
}

TEST_CASE("a host that dies in the middle of a turn begins it again, and answers once") {
    auto& stage = world().stage;
    const std::string person = "923002000002";
    world().gate.close();
    world().model.answer_with(answering("After the crash.", &world().gate));
    REQUIRE(stage.host.post(body_of({.text = "are you there?", .from = person})).status == 200);
    world().gate.wait_for_one();
    stage.host.kill9();
    world().gate.open();
    stage.host.start();
    CHECK(stage.say.answers_before_ping({.text = "/echo behind", .from = person}) ==
          std::vector<std::string>{"After the crash.", "behind"});
}

TEST_CASE("a model that is away costs an apology and holds up no command") {
    auto& stage = world().stage;
    world().model.answer_with(model_server([](const net::Request&) {
        return net::Response::json(
            401, R"({"error":{"message":"no","type":"invalid_request_error","param":null,"code":"invalid_api_key"}})");
    }));
    CHECK_THAT(stage.say.direct("hi", "923002000003"), Catch::StartsWith("Sorry, I cannot answer right now."));
    CHECK(stage.say.direct("/echo there", "923002000003") == "there");
}

}  // namespace parley::e2e
