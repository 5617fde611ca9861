// Hearing, speaking, drawing, comparing, judging.
#include <boost/json/parse.hpp>

#include "core/crypto.hpp"
#include "gpt/mock_model.hpp"
#include "support/ogg.hpp"

using namespace parley;
using namespace parley::gpt;
using namespace parley::test;

namespace {

TranscribeRequest recording(const std::string& mime = "audio/ogg; codecs=opus") {
    TranscribeRequest request;
    request.audio = {mime, opus(50)};
    request.language = "ur";
    return request;
}

SpeakRequest words(const std::string& text) {
    SpeakRequest request;
    request.text = text;
    return request;
}

DrawRequest picture(const std::string& prompt) {
    DrawRequest request;
    request.prompt = prompt;
    return request;
}

const std::string png = "\x89PNG\r\n\x1a\n...";

}  // namespace

TEST_CASE("a recording is heard") {
    Asking at;
    at.model.list_models(R"({"data":[{"id":"llama"},{"id":"whisper-large"}]})");
    at.model.script({refuses(503, ""),
                     refuses(200, R"({"text":" salam ","language":"urdu","usage":{"type":"duration","seconds":7}})")});
    const auto heard = at.ask<Transcript>(&Model::transcribe, recording());
    REQUIRE(heard);
    CHECK(heard->text == "salam");
    CHECK(heard->seconds == 7);
    const auto asked = at.model.asked().back();
    CHECK(at.model.asked().size() == 2);
    CHECK(asked.path == "/v1/audio/transcriptions");
    CHECK(asked.body.find("filename=\"voice.ogg\"\r\nContent-Type: audio/ogg\r\n") != std::string::npos);
    CHECK(asked.body.find("name=\"model\"\r\n\r\nwhisper-large") != std::string::npos);
    CHECK(asked.body.find("name=\"language\"\r\n\r\nur") != std::string::npos);

    at.model.script({refuses(200, R"({"text":"x","usage":{"type":"tokens","input_tokens":5,"output_tokens":3}})")});
    CHECK(at.ask<Transcript>(&Model::transcribe, recording())->usage.input_tokens == 5);
    // LocalAI tells the segments in nanoseconds; they are not looked at.
    at.model.script({refuses(200, R"({"text":"x","segments":[{"start":0,"end":1200000000}]})")});
    CHECK(at.ask<Transcript>(&Model::transcribe, recording())->seconds == 0);
    at.model.script({refuses(200, "<html>")});
    CHECK(at.ask<Transcript>(&Model::transcribe, recording()).error().fault == Fault::away);
    at.model.script({refuses(404, R"({"detail":"Not Found"})")});
    CHECK(at.ask<Transcript>(&Model::transcribe, recording()).error().fault == Fault::unsupported);
    CHECK(at.ask<Transcript>(&Model::transcribe, recording("image/png")).error().fault == Fault::unsupported);
    auto heavy = recording();
    heavy.audio.bytes = std::string((25u << 20) + 1, 'x');
    CHECK(at.ask<Transcript>(&Model::transcribe, heavy).error().fault == Fault::too_long);
    heavy.audio.bytes.clear();
    CHECK(at.ask<Transcript>(&Model::transcribe, heavy).error().fault == Fault::invalid);
}

TEST_CASE("a recording that no server takes is converted first") {
    Asking at;
    at.options.transcription_model = "whisper-1";
    at.convert = [](Audio audio, UniqueFunction<void(Result<Audio>)> done) {
        CHECK(audio.bytes == opus(50));
        done(Audio{"audio/ogg", opus(100) + audio.mime});
    };
    at.model.script({refuses(200, R"({"text":"salam"})")});
    for (const char* kind : {"audio/amr", "audio/AMR", "audio/aac", "audio/x-hx-aac-adts"}) {
        CAPTURE(kind);
        CHECK(at.ask<Transcript>(&Model::transcribe, recording(kind))->text == "salam");
        const auto body = at.model.asked().back().body;
        CHECK(body.find("filename=\"voice.ogg\"\r\nContent-Type: audio/ogg\r\n\r\n" + opus(100) + kind) !=
              std::string::npos);
    }
    // So is one whose length only who decodes it can tell; then how long it was is known.
    at.convert = [](Audio, UniqueFunction<void(Result<Audio>)> done) { done(Audio{"audio/ogg", opus(100)}); };
    for (const char* kind : {"audio/mp4", "audio/flac", "audio/webm", "video/mp4", "audio/ogg"}) {
        auto odd = recording(kind);
        odd.audio.bytes += "and more";
        CHECK(at.ask<Transcript>(&Model::transcribe, odd)->seconds == 2);
    }
    // One call may name another model.
    auto named = recording("audio/amr");
    named.model = "whisper-2";
    CHECK(at.ask<Transcript>(&Model::transcribe, named));
    CHECK(at.model.asked().back().body.find("whisper-2") != std::string::npos);

    const auto fails_with = [&](Errc code) {
        at.convert = [code](Audio, UniqueFunction<void(Result<Audio>)> done) { done(make_error(code, "why")); };
        return at.ask<Transcript>(&Model::transcribe, recording("audio/amr")).error().fault;
    };
    CHECK(fails_with(Errc::unavailable) == Fault::unsupported);
    CHECK(fails_with(Errc::invalid) == Fault::invalid);
    CHECK(fails_with(Errc::timeout) == Fault::timeout);
    CHECK(fails_with(Errc::overloaded) == Fault::busy);
    // A conversion that never ends costs no more than the time that there is.
    std::optional<UniqueFunction<void(Result<Audio>)>> kept;
    at.convert = [&](Audio, UniqueFunction<void(Result<Audio>)> done) { kept = std::move(done); };
    auto hasty = recording("audio/amr");
    hasty.deadline = std::chrono::steady_clock::now() + std::chrono::milliseconds(100);
    CHECK(at.ask<Transcript>(&Model::transcribe, hasty).error().fault == Fault::timeout);
    (*kept)(Audio{"audio/ogg", "too late"});
    at.options.base_url.clear();
    CHECK(at.ask<Transcript>(&Model::transcribe, recording("audio/amr")).error().fault == Fault::not_configured);
}

TEST_CASE("words are spoken") {
    Asking at;
    at.options.speech_model = "tts-9";
    at.options.voice = "nova";
    at.model.script({[](const Asked&, Wire& wire) { wire.answer(200, "OggS...", "audio/ogg"); }});
    const auto sound = at.ask<Audio>(&Model::speak, words("salam"));
    REQUIRE(sound);
    CHECK(sound->mime == "audio/ogg; codecs=opus");
    CHECK(at.model.asked().at(0).json() ==
          boost::json::parse(R"({"model":"tts-9","input":"salam","voice":"nova","response_format":"opus"})"));
    at.model.script({[](const Asked&, Wire& wire) { wire.answer(200, "RIFF....WAVE", "application/octet-stream"); }});
    CHECK(at.ask<Audio>(&Model::speak, words("salam"))->mime == "audio/wav");
    at.model.script({refuses(200, R"({"detail":"not a sound"})")});
    CHECK(at.ask<Audio>(&Model::speak, words("salam")).error().fault == Fault::away);
    CHECK(at.ask<Audio>(&Model::speak, words("")).error().fault == Fault::invalid);
    CHECK(at.ask<Audio>(&Model::speak, words(std::string(4'097, 'x'))).error().fault == Fault::too_long);
    std::string wide;
    for (int i = 0; i < 4'096; ++i) wide += "ü";
    at.model.script({[](const Asked&, Wire& wire) { wire.answer(200, "OggS...", "audio/ogg"); }});
    CHECK(at.ask<Audio>(&Model::speak, words(wide)));
}

TEST_CASE("pictures are drawn, inside the answer or at an address") {
    Asking at;
    const auto inside = R"({"created":1,"data":[{"b64_json":")" + crypto::base64_encode(png) + R"("}]})";
    at.model.script({refuses(200, inside)});
    const auto drawn = at.ask<Image>(&Model::draw, picture("a cat"));
    REQUIRE(drawn);
    CHECK(drawn->bytes == png);
    CHECK(drawn->mime == "image/png");
    CHECK(at.model.asked().at(0).json().at("response_format") == "b64_json");

    at.options.image_model = "gpt-image-2";
    CHECK(at.ask<Image>(&Model::draw, picture("a cat")));
    CHECK_FALSE(at.model.asked().back().json().as_object().contains("response_format"));
    at.options.image_model = "other";
    at.model.script(
        {refuses(400, R"({"error":{"message":"Unknown parameter: 'response_format'.","param":"response_format"}})"),
         refuses(200, inside)});
    CHECK(at.ask<Image>(&Model::draw, picture("a cat")));

    // The provider's own server may be a private one.
    at.model.script({refuses(200, R"({"data":[{"url":")" + at.model.origin() + R"(/generated/1.png"}]})"),
                     [](const Asked&, Wire& wire) { wire.answer(200, png, "image/png"); }});
    CHECK(at.ask<Image>(&Model::draw, picture("a cat"))->bytes == png);
    // What it points to elsewhere may not.
    MockModel elsewhere;
    elsewhere.script({[](const Asked&, Wire& wire) { wire.answer(200, png, "image/png"); }});
    at.model.script({refuses(200, R"({"data":[{"url":")" + elsewhere.origin() + R"(/secret.png"}]})")});
    CHECK(at.ask<Image>(&Model::draw, picture("a cat")).error().message.find("not a public address") !=
          std::string::npos);
    CHECK(elsewhere.asked().empty());

    for (const char* bad :
         {"{}", R"({"data":[]})", R"({"data":[{"b64_json":"!!!"}]})", R"({"data":[{"b64_json":"YWJj"}]})", "no json"}) {
        CAPTURE(bad);
        at.model.script({refuses(200, bad)});
        CHECK(at.ask<Image>(&Model::draw, picture("a cat")).error().fault == Fault::away);
    }
    at.model.script(
        {refuses(400, R"({"error":{"message":"rejected by the safety system","code":"moderation_blocked"}})")});
    CHECK(at.ask<Image>(&Model::draw, picture("a cat")).error().fault == Fault::refused);
    CHECK(at.ask<Image>(&Model::draw, picture("")).error().fault == Fault::invalid);
}

TEST_CASE("what may have been drawn is not drawn again, and is known to be in doubt") {
    Asking at;
    const auto inside = refuses(200, R"({"data":[{"b64_json":")" + crypto::base64_encode(png) + R"("}]})");
    const auto asked_once = [&](const MockModel::Talk& talk) {
        at.model.script({talk, inside});
        auto request = picture("a cat");
        request.deadline = std::chrono::steady_clock::now() + std::chrono::seconds(2);
        const auto drawn = at.ask<Image>(&Model::draw, request);
        CHECK(at.model.asked().size() == 1);
        REQUIRE_FALSE(drawn);
        return drawn.error().in_doubt;
    };
    for (const int status : {504, 524}) CHECK(asked_once(refuses(status, "<html>Gateway Time-out</html>")));
    CHECK(asked_once([](const Asked&, Wire& wire) { wire.cut(); }));
    CHECK(asked_once([](const Asked&, Wire& wire) { wire.abandoned_within(4'000); }));
    CHECK(asked_once(refuses(200, R"({"data":[{"b64_json":"!!!"}]})")));
    CHECK(asked_once(refuses(200, R"({"data":[{"url":"http://127.0.0.1:1/gone.png"}]})")));
    CHECK_FALSE(asked_once(refuses(200, "<html>some other server</html>")));
    CHECK_FALSE(asked_once(refuses(401, R"({"error":{"message":"Incorrect API key provided"}})")));
    // Who says that it did nothing is asked again, and so is who charges nothing.
    for (const int status : {429, 500, 503}) {
        at.model.script({refuses(status, ""), inside});
        CHECK(at.ask<Image>(&Model::draw, picture("a cat")));
    }
    ModerateRequest request;
    request.text = "...";
    at.model.script({refuses(504, ""), refuses(200, R"({"results":[{"flagged":false}]})")});
    CHECK(at.ask<Verdict>(&Model::moderate, request));
}

TEST_CASE("texts become vectors") {
    Asking at;
    at.model.script({refuses(
        200,
        R"({"data":[{"index":1,"embedding":[0.5,1]},{"index":0,"embedding":[1,2]}],"usage":{"prompt_tokens":4}})")});
    EmbedRequest request;
    request.input = {"a", "b"};
    const auto vectors = at.ask<Embeddings>(&Model::embed, request);
    REQUIRE(vectors);
    CHECK(vectors->vectors == std::vector<std::vector<float>>{{1, 2}, {0.5, 1}});
    CHECK(vectors->usage.input_tokens == 4);
    at.model.script({refuses(200, R"({"data":[{"index":0,"embedding":[1,2]}]})")});
    CHECK(at.ask<Embeddings>(&Model::embed, request).error().fault == Fault::away);
    request.input = {"a", ""};
    CHECK(at.ask<Embeddings>(&Model::embed, request).error().fault == Fault::invalid);
    request.input.assign(2'049, "a");
    CHECK(at.ask<Embeddings>(&Model::embed, request).error().fault == Fault::too_long);
}

TEST_CASE("what is said is judged") {
    Asking at;
    at.model.script({refuses(200, R"({"results":[{"flagged":true,"categories":{"violence":true,"hate":false}}]})")});
    ModerateRequest request;
    request.text = "...";
    request.images.push_back({"image/png", png});
    const auto verdict = at.ask<Verdict>(&Model::moderate, request);
    REQUIRE(verdict);
    CHECK(verdict->flagged);
    CHECK(verdict->categories == std::vector<std::string>{"violence"});
    CHECK(at.model.asked().at(0).json().at("input").as_array().size() == 2);
    at.model.script({refuses(200, R"({"results":[]})")});
    CHECK(at.ask<Verdict>(&Model::moderate, request).error().fault == Fault::away);
    at.model.script({refuses(404, "404 page not found")});
    CHECK(at.ask<Verdict>(&Model::moderate, request).error().fault == Fault::unsupported);
    CHECK_FALSE(at.ask<Verdict>(&Model::moderate, ModerateRequest{})->flagged);
}
