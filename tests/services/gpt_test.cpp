// parley.gpt/1 as the host offers it to plugins.
#include <thread>

#include "parley/abi/services/gpt.h"
#include "service_fixture.hpp"

using namespace parley;
using namespace parley::test;
using namespace std::chrono_literals;

namespace {

// The I/O thread runs while the test's thread plays the handler's.
struct Fixture : ServiceFixture {
    Fixture() : io([this] { loop.run(); }) {}
    ~Fixture() {
        loop.stop();
        io.join();
    }

    const parley_gpt& gpt() const { return table<parley_gpt>(PARLEY_GPT); }

    struct Answer {
        parley_status status;
        std::string text;
    };
    Answer ask(parley_status (*function)(parley_call*, parley_str, parley_sink), const std::string& request) {
        Collected collected;
        const auto status = function(call.get(), services::borrow(request), collected.sink());
        return {status, collected.values.empty() ? call->last_error : collected.values.front()};
    }
    Answer chat(const std::string& request) { return ask(gpt().chat, request); }

    std::thread io;
};

const std::string one_pixel(
    "GIF89a\x01\x00\x01\x00\x80\x00\x00\xff\x00\x00\xff\xff\xff!\xf9\x04\x01\x00\x00\x00\x00,\x00\x00"
    "\x00\x00\x01\x00\x01\x00\x00\x02\x02\x44\x01\x00;",
    43);

const char* const hi = R"({"messages":[{"role":"user","content":"hi"}]})";

}  // namespace

TEST_CASE("a plugin's question goes to the model in the sender's name") {
    Fixture at;
    at.message.id = 42;
    at.model.on_chat = [](const gpt::ChatRequest&) {
        gpt::ChatAnswer answer;
        answer.text = "hello";
        answer.model = "m";
        answer.usage = {3, 4, false};
        answer.truncated = true;
        return answer;
    };
    at.state->deadline = std::chrono::steady_clock::now() + 30s;
    const auto answer = at.chat(
        R"({"messages":[{"role":"system","content":"be short"},{"role":"user","content":[{"type":"text","text":"hi"}]}],
            "model":"other","max_tokens":9,"schema":{"name":"n","schema":{"type":"object"}}})");
    CHECK(answer.status == PARLEY_OK);
    CHECK(answer.text == R"({"text":"hello","model":"m","input_tokens":3,"output_tokens":4,"truncated":true})");
    REQUIRE(at.model.chats.size() == 1);
    const auto& asked = at.model.chats[0];
    CHECK(asked.asker.kind == gpt::Asker::Kind::plugin);
    CHECK(asked.asker.plugin == "plugin");
    CHECK(asked.asker.user == "923001234567");
    CHECK(asked.asker.chat == "923001234567@s");
    CHECK(asked.asker.account == 1);
    CHECK(asked.asker.message == 42);
    CHECK(asked.model == "other");
    CHECK(asked.max_tokens == 9);
    CHECK(asked.schema == R"({"type":"object"})");
    CHECK(asked.deadline < at.state->deadline);
    CHECK(asked.messages[1].text == "hi");
}

TEST_CASE("tools and their results") {
    Fixture at;
    at.model.on_chat = [](const gpt::ChatRequest&) {
        gpt::ChatAnswer answer;
        answer.tool_calls.push_back({"c2", "weather", R"({"city":"B"})"});
        return answer;
    };
    const auto answer = at.chat(
        R"({"messages":[{"role":"user","content":"?"},{"role":"assistant","content":"","tool_calls":[{"id":"c1","name":"weather","arguments":{"city":"A"}}]},
            {"role":"tool","tool_call_id":"c1","content":"hot"}],"tools":[{"name":"weather","description":"d","parameters":{"type":"object"}}]})");
    CHECK(answer.status == PARLEY_OK);
    CHECK(answer.text.find(R"("tool_calls":[{"id":"c2","name":"weather","arguments":{"city":"B"}}])") !=
          std::string::npos);
    CHECK(at.model.chats[0].messages[1].tool_calls[0].arguments == R"({"city":"A"})");
    CHECK(at.model.chats[0].messages[2].tool_call_id == "c1");
    CHECK(at.model.chats[0].tools[0].name == "weather");
}

TEST_CASE("questions that make no sense are not asked") {
    Fixture at;
    at.model.on_chat = [](const gpt::ChatRequest&) { return gpt::ChatAnswer{}; };
    for (const char* bad : {"", "[]", "{}", R"({"messages":[]})", R"({"messages":[{"role":"god","content":"x"}]})",
                            R"({"messages":[{"role":"tool","content":"x"}]})",
                            R"({"messages":[{"role":"user","content":[{"type":"video"}]}]})",
                            R"({"messages":[{"role":"user","content":[{"type":"image","media":"nothing"}]}]})",
                            R"({"messages":[{"role":"user","content":"x"}],"tools":[{"name":"a b"}]})",
                            R"({"messages":[{"role":"user","content":"x"}],"schema":{"name":"x"}})"}) {
        CAPTURE(bad);
        const auto answer = at.chat(bad);
        CHECK(answer.status != PARLEY_OK);
        CHECK_FALSE(answer.text.empty());
    }
    CHECK(at.model.chats.empty());
}

TEST_CASE("what goes wrong with a model has a status and words") {
    Fixture at;
    CHECK(at.chat(hi).status == PARLEY_NOT_CONFIGURED);
    const std::pair<gpt::Fault, parley_status> table[] = {{gpt::Fault::refused, PARLEY_DENIED},
                                                          {gpt::Fault::too_long, PARLEY_TOO_LARGE},
                                                          {gpt::Fault::quota, PARLEY_UNAVAILABLE},
                                                          {gpt::Fault::busy, PARLEY_UNAVAILABLE},
                                                          {gpt::Fault::away, PARLEY_UNAVAILABLE},
                                                          {gpt::Fault::timeout, PARLEY_TIMEOUT},
                                                          {gpt::Fault::invalid, PARLEY_INVALID},
                                                          {gpt::Fault::unsupported, PARLEY_UNSUPPORTED},
                                                          {gpt::Fault::not_configured, PARLEY_NOT_CONFIGURED}};
    for (const auto& [fault, status] : table) {
        at.model.on_chat = [fault = fault](const gpt::ChatRequest&) { return gpt::ModelError{fault, "words", {}}; };
        const auto answer = at.chat(hi);
        CHECK(answer.status == status);
        CHECK_FALSE(answer.text.empty());
    }
    at.state->gone = true;
    CHECK(at.chat(hi).status == PARLEY_GONE);
}

TEST_CASE("files go to the model and come from it by reference") {
    Fixture at;
    const auto jpeg = std::string("\xFF\xD8\xFF\xE0\x00\x10JFIF\x00\x01\x01", 13) + std::string(64, '\0');
    const auto picture = at.media.put(one_pixel, "image/gif").value().stored;
    const auto broken = at.media.put(jpeg, "image/jpeg").value().stored;
    const auto sound = at.media.put("OggS sound", "audio/ogg").value().stored;
    at.model.on_chat = [&](const gpt::ChatRequest& request) {
        gpt::ChatAnswer answer;
        const auto& image = request.messages[0].images.at(0);
        answer.text = image.mime + (image.bytes.starts_with("\xFF\xD8") ? " seen" : " not seen");
        return answer;
    };
    const auto with = [&](const std::string& reference) {
        return R"({"messages":[{"role":"user","content":[{"type":"image","media":")" + reference + R"("}]}]})";
    };
    // A picture goes as a small JPEG, whatever it was, and without what else is in the file.
    CHECK(at.chat(with(picture)).text.find("\"image/jpeg seen\"") != std::string::npos);
    const auto bad = at.chat(with(broken));
    CHECK(bad.status == PARLEY_INVALID);
    CHECK(bad.text == "I could not open that picture.");
    CHECK(at.chat(with(sound)).status == PARLEY_INVALID);

    at.model.on_transcribe = [](const gpt::TranscribeRequest& request) {
        gpt::Transcript transcript;
        transcript.text = request.audio.bytes + " in " + request.language;
        return transcript;
    };
    CHECK(at.ask(at.gpt().transcribe, R"({"media":")" + sound + R"(","language":"ur"})").text ==
          R"({"text":"OggS sound in ur"})");

    at.model.on_speak = [](const gpt::SpeakRequest& request) {
        return gpt::Audio{"audio/ogg", "OggS " + request.text};
    };
    const auto spoken = at.ask(at.gpt().speak, R"({"text":"salam"})");
    REQUIRE(spoken.status == PARLEY_OK);
    CHECK(at.media.read(spoken.text).value() == "OggS salam");
    CHECK(at.ask(at.gpt().speak, "{}").status == PARLEY_INVALID);

    // Every question may name its model, and say how long it will wait.
    gpt::SpeakRequest asked;
    at.model.on_speak = [&](const gpt::SpeakRequest& request) {
        asked = request;
        return gpt::Audio{"audio/ogg", "OggS"};
    };
    const auto began = std::chrono::steady_clock::now();
    CHECK(at.ask(at.gpt().speak, R"({"text":"salam","model":"tts-9","timeout_ms":3000})").status == PARLEY_OK);
    CHECK(asked.model == "tts-9");
    CHECK(asked.deadline < began + 10s);

    at.model.on_draw = [&](const gpt::DrawRequest&) { return gpt::Image{"image/jpeg", jpeg}; };
    const auto drawn = at.ask(at.gpt().draw, R"({"prompt":"a cat"})");
    REQUIRE(drawn.status == PARLEY_OK);
    CHECK(at.media.read(drawn.text).value() == jpeg);

    at.model.on_embed = [](const gpt::EmbedRequest& request) {
        gpt::Embeddings out;
        out.vectors.assign(request.input.size(), {0.5f});
        return out;
    };
    CHECK(at.ask(at.gpt().embed, R"({"input":["a","b"]})").text == R"({"vectors":[[5E-1],[5E-1]]})");
    at.model.on_moderate = [](const gpt::ModerateRequest&) { return gpt::Verdict{true, {"hate"}}; };
    CHECK(at.ask(at.gpt().moderate, R"({"text":"x"})").text == R"({"flagged":true,"categories":["hate"]})");
}

TEST_CASE("a handler does not wait beyond its deadline") {
    Fixture at;
    at.model.silent = true;
    at.state->deadline = std::chrono::steady_clock::now() - 10s;
    const auto started = std::chrono::steady_clock::now();
    CHECK(at.chat(hi).status == PARLEY_TIMEOUT);
    CHECK(std::chrono::steady_clock::now() - started < 8s);
}
