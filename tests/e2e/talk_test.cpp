// Plain words, the built host and a language model's server at its other end: answers, a crash in the middle of a turn,
// and a model that is away.
#include <catch2/catch.hpp>

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
    Stage stage{asking(model), {"echo", "ping"}};
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
