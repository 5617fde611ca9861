// The plugins that ask the language model, and a command that the model runs for somebody: the built host with a
// model's server at its other end.
#include <catch2/catch.hpp>

#include "core/crypto.hpp"
#include "support/model.hpp"
#include "support/ogg.hpp"
#include "support/stage.hpp"

namespace parley::e2e {
namespace {

using Catch::Matchers::Contains;
using Texts = std::vector<std::string>;

const std::string picture =
    crypto::base64_decode(
        "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5E"
        "rkJggg==")
        .value_or("");
const std::string speech = test::opus(50);

const std::string arguments = R"({"arguments":")";

// The model runs the reminder's commands for whoever asks; what plugins ask it answers with what it was.
net::Response chat(const net::Request& request) {
    const auto has = [&](const char* text) { return request.body.find(text) != std::string::npos; };
    if (has("BEGIN\\n")) return says("about the material");
    if (has("data:image/")) return says("about the picture");
    if (has("\"role\":\"tool\"")) return says(has("Not run yet") ? "Shall I?" : "I will remind you.");
    if (has("never mind")) return wants("reminder", arguments + "delete all\"}");
    if (has("remind me")) return wants("reminder", arguments + "create tomorrow 9am -m stand-up\"}");
    return says("about the words");
}

std::optional<net::Response> answer(const net::Request& request) {
    if (request.path == "/v1/audio/transcriptions") return net::Response::json(200, R"({"text":"heard words"})");
    if (request.path == "/v1/images/generations")
        return net::Response::json(200,
                                   R"({"created":1,"data":[{"b64_json":")" + crypto::base64_encode(picture) + "\"}]}");
    if (request.path == "/v1/audio/speech") {
        auto response = net::Response::text(200, speech);
        response.headers.set("Content-Type", "audio/ogg");
        return response;
    }
    return model_server(chat)(request);
}

struct World {
    FakeProvider model{{{"POST", "/v1/chat/completions"},
                        {"POST", "/v1/audio/transcriptions"},
                        {"POST", "/v1/audio/speech"},
                        {"POST", "/v1/images/generations"},
                        {"GET", "/v1/models"}},
                       answer};
    Stage stage{asking(model)};

    // The next that this person gets for a reply to an earlier message.
    std::string reply(const std::string& person, const std::string& text, const std::string& quoted) {
        const auto chat = person + "@s.whatsapp.net";
        const auto before = stage.gateway.calls_to(chat).size();
        const auto body = "{\"from\":\"" + chat + "\",\"message\":{\"id\":\"" + fresh_id() +
                          "\",\"text\":" + json_string(text) + ",\"replied_id\":\"" + quoted + "\"}}";
        REQUIRE(stage.host.post(body).status == 200);
        std::vector<Call> calls;
        CHECK(eventually([&] { return (calls = stage.gateway.calls_to(chat)).size() > before; }));
        return calls.size() > before ? calls[before].text() : "";
    }
};

World& world() {
    static World one;
    return one;
}

std::string file(const std::string& kind, const std::string& name, const std::string& mime,
                 const std::string& caption) {
    return "\"" + kind + R"(":{"media_path":"statics/media/)" + name + R"(","mime_type":")" + mime + R"(","caption":)" +
           json_string(caption) + "}";
}

}  // namespace

TEST_CASE("words and pictures are answered") {
    auto& stage = world().stage;
    stage.gateway.serve_file("sheet.png", picture);
    CHECK(stage.say.direct("/ask Why is the sky blue?") == "about the words");
    CHECK_THAT(world().model.requests_to("/v1/chat/completions").back().body, Contains("Why is the sky blue?"));
    CHECK(stage.say.direct("/translate German Good morning") == "about the words");
    CHECK(stage.say.direct("/summarize A text that is long") == "about the words");
    CHECK(stage.say.answer({.text = "", .extra = file("image", "sheet.png", "image/png", "/solve")}) ==
          "about the picture");
}

TEST_CASE("pictures and voices are made") {
    auto& say = world().stage.say;
    const auto drawn = say.ask({.text = "/img A cat with a hat"});
    CHECK(drawn.path == "/send/image");
    CHECK((drawn.file_bytes == picture));
    const auto spoken = say.ask({.text = "/tts Hello!"});
    CHECK(spoken.path == "/send/audio");
    CHECK((spoken.file_bytes == speech));
}

TEST_CASE("a reply to a file is about that file") {
    auto& stage = world().stage;
    const std::string person = "923007770001";
    stage.gateway.serve_file("note.ogg", speech);
    stage.gateway.serve_file("plan.txt", "The plan is to plant a tree.");
    stage.say.ask({.text = "", .from = person, .id = "VOICE1", .extra = file("audio", "note.ogg", "audio/ogg", "")});
    CHECK(world().reply(person, "/transcribe", "VOICE1") == "heard words");
    CHECK(world().reply(person, "/ask what is said?", "VOICE1") == "about the material");
    stage.say.ask({.text = "",
                   .from = person,
                   .id = "PLAN1",
                   .extra = file("document", "plan.txt", "text/plain", "what is it?")});
    CHECK(world().reply(person, "/ask who plants?", "PLAN1") == "about the material");
    CHECK_THAT(world().model.requests_to("/v1/chat/completions").back().body, Contains("plant a tree"));
    CHECK(world().reply(person, "/summarize", "PLAN1") == "about the words");
    // Not those of another chat.
    CHECK_THAT(world().reply("923007770002", "/transcribe", "VOICE1"), Contains("*Command Name: `transcribe`*"));
}

TEST_CASE("the model sets a reminder for who asks in plain words, and deletes it after their yes") {
    auto& stage = world().stage;
    const std::string person = "923007770003";
    const auto told =
        stage.say.answers_before_ping({.text = "please remind me tomorrow at nine of the stand-up", .from = person});
    CHECK_THAT(told, Catch::Matchers::VectorContains(std::string("I will remind you.")));
    CHECK_THAT(stage.say.direct("/reminder get", person), Contains("1: stand-up") && Contains("09:00 (Asia/Karachi)"));

    const Texts asked{"Shall I?", "Reply *yes* within 5 minutes to run `/reminder delete all`"};
    CHECK(stage.say.answers_before_ping({.text = "never mind", .from = person}) == asked);
    CHECK_THAT(stage.say.direct("/reminder get", person), Contains("1: stand-up"));
    CHECK(stage.say.direct("yes", person) == "Shall I?");  // commands were in between: it is asked anew

    CHECK(eventually([&] { return stage.gateway.calls_to(person + "@s.whatsapp.net").back().text() == asked.back(); }));
    CHECK(stage.say.direct("yes", person) == "Successfully deleted reminders: 1");
    CHECK(stage.say.direct("/reminder get", person) == "No reminders found.");
    CHECK(stage.gateway.violations().empty());
}

}  // namespace parley::e2e
