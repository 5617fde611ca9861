// Speech to text and text to speech.
#include "gpt/audio.hpp"

#include <array>
#include <boost/json/serialize.hpp>
#include <boost/json/value.hpp>

#include "core/json_reader.hpp"
#include "core/text.hpp"
#include "gpt/api_call.hpp"
#include "gpt/provider.hpp"
#include "gpt/recording.hpp"
#include "net/multipart.hpp"

namespace parley::gpt {

namespace {

// The name that tells a server of what kind a recording is; null: none whose length can be counted.
const char* name_of_recording(std::string_view mime) {
    static constexpr std::array<std::pair<std::string_view, const char*>, 7> names{{{"audio/ogg", "voice.ogg"},
                                                                                    {"application/ogg", "voice.ogg"},
                                                                                    {"audio/opus", "voice.ogg"},
                                                                                    {"audio/mpeg", "audio.mp3"},
                                                                                    {"audio/mp3", "audio.mp3"},
                                                                                    {"audio/wav", "audio.wav"},
                                                                                    {"audio/x-wav", "audio.wav"}}};
    const auto kind = text::trim(mime.substr(0, mime.find(';')));
    for (const auto& [known, name] : names)
        if (text::equal_ignoring_case(kind, known)) return name;
    return nullptr;
}

constexpr std::size_t largest_upload = 25u << 20;  // OpenAI takes no more
constexpr std::size_t longest_speech = 4'096;      // characters
constexpr std::size_t largest_speech = 32u << 20;  // bytes of an answer

Outcome<Transcript> read_transcript(const net::ClientResponse& response) {
    const auto body = parse_json(response.body);
    if (!body || !body->is_object())
        return ModelError{
            Fault::away, "the transcription's answer makes no sense: " + read_error(200, response.body).message, {}};
    JsonProblem problem;
    const JsonReader read(*body, problem);
    Transcript transcript;
    transcript.text = text::trim(read["text"].view_or(""));
    transcript.language = read["language"].string_or("");
    const auto usage = read["usage"];
    transcript.seconds = usage["seconds"].number_or(read["duration"].number_or(0));
    transcript.usage = {usage["input_tokens"].int_or(0), usage["output_tokens"].int_or(0), !usage.present()};
    if (!read["text"].is_string()) return ModelError{Fault::away, "the transcription answered without a text", {}};
    return transcript;
}

// Told by the bytes: a server may answer with another form than it was asked for.
std::string sound_type(std::string_view bytes, std::string_view said) {
    if (bytes.starts_with("OggS")) return "audio/ogg; codecs=opus";
    if (bytes.starts_with("RIFF")) return "audio/wav";
    if (bytes.starts_with("fLaC")) return "audio/flac";
    if (bytes.starts_with("ID3") || bytes.starts_with("\xFF\xFB") || bytes.starts_with("\xFF\xF3")) return "audio/mpeg";
    return said.starts_with("audio/") ? std::string(said) : std::string();
}

Outcome<Audio> read_sound(const net::ClientResponse& response) {
    Audio audio;
    audio.mime = sound_type(response.body, response.headers.get("Content-Type"));
    if (response.body.empty() || audio.mime.empty())
        return ModelError{Fault::away, "the speech model answered with something that is no sound", {}};
    audio.bytes = response.body;
    return audio;
}

bool is_sound(std::string_view mime) {
    for (const char* kind : {"audio/", "application/ogg", "video/3gpp", "video/mp4"})
        if (text::starts_with_ignoring_case(mime, kind)) return true;
    return false;
}

// What is wrong with a recording before anybody has heard it.
std::optional<ModelError> problem_of(const Audio& audio) {
    if (audio.bytes.empty()) return ModelError{Fault::invalid, "the recording is empty", {}};
    if (audio.bytes.size() > largest_upload)
        return ModelError{Fault::too_long, "the recording has more than 25 MiB", {}};
    if (!is_sound(audio.mime))
        return ModelError{Fault::unsupported, "recordings of the kind " + audio.mime + " cannot be heard", {}};
    return std::nullopt;
}

ModelError not_converted(const Error& error) {
    if (error.code == Errc::timeout) return {Fault::timeout, error.message, {}};
    if (error.code == Errc::overloaded) return {Fault::busy, error.message, {}};
    if (error.code == Errc::too_large) return {Fault::too_long, error.message, {}};
    const bool damaged = error.code == Errc::invalid;
    return {
        damaged ? Fault::invalid : Fault::unsupported, "the recording could not be converted: " + error.message, {}};
}

// What waits for a conversion, answered once: by what comes of it, or by the deadline.
struct Converting {
    TranscribeRequest request;
    Done<Transcript> done;
    Executor::TimerId timer = 0;
};

void hear(const std::shared_ptr<Core>& core, TranscribeRequest request, Done<Transcript> done) {
    ApiCall::Plan plan;
    plan.what = "transcription";
    plan.model = request.model;
    plan.bytes = request.audio.bytes.size();
    plan.configured = &Options::transcription_model;
    plan.otherwise = [](const Found& found) {
        return found.endpoint.openai ? std::string(Defaults::transcription_model)
                                     : found.model_named({"whisper", "transcri", "parakeet", "voxtral"}, "whisper-1");
    };
    const char* known = name_of_recording(request.audio.mime);
    const char* name = known ? known : "voice.ogg";  // what is converted is Opus
    const auto given = std::make_shared<const TranscribeRequest>(std::move(request));
    plan.make = [given, name](const Options& options, const Endpoint& endpoint, const std::string& model,
                              SteadyTime deadline) {
        net::MultipartForm form;
        form.file("file", name, given->audio.mime.substr(0, given->audio.mime.find(';')), given->audio.bytes);
        form.field("model", model);
        form.field("response_format", "json");
        if (!given->language.empty()) form.field("language", given->language);
        auto call = api_request(options, endpoint.base + "/audio/transcriptions", {}, {}, deadline);
        form.move_into(call);
        return call;
    };
    ask<Transcript>(core, std::move(plan), given->deadline, read_transcript, std::move(done));
}

// AMR and bare AAC are what some telephones record, and nothing that a server of the API has to take. Of MP4, WebM,
// FLAC and what is damaged nobody can tell how long it is but who decodes it.
void convert_and_hear(const std::shared_ptr<Core>& core, TranscribeRequest request, Done<Transcript> done) {
    const auto deadline = core->limit(request.deadline);
    auto audio = std::move(request.audio);
    const auto waiting = std::make_shared<Converting>(Converting{std::move(request), std::move(done), 0});
    waiting->timer = core->executor.after(std::max(left_until(deadline), std::chrono::milliseconds(0)), [waiting] {
        auto late = std::exchange(waiting->done, nullptr);
        late(ModelError{Fault::timeout, "the recording could not be converted in time", {}});
    });
    core->convert(std::move(audio), [core, waiting](Result<Audio> converted) {
        core->executor.post([core, waiting, converted = std::move(converted)]() mutable {
            if (!waiting->done) return;
            core->executor.cancel(waiting->timer);
            if (!converted) return waiting->done(not_converted(converted.error()));
            waiting->request.audio = std::move(*converted);
            if (const auto why = problem_of(waiting->request.audio)) return waiting->done(*why);
            const auto length = recording_ms(waiting->request.audio.bytes).value_or(0);
            Done<Transcript> heard = [length, done = std::move(waiting->done)](Outcome<Transcript> outcome) mutable {
                if (outcome && outcome->seconds <= 0) outcome->seconds = static_cast<double>(length) / 1'000;
                done(std::move(outcome));
            };
            hear(core, std::move(waiting->request), std::move(heard));
        });
    });
}

}  // namespace

std::optional<std::int64_t> length_as_it_is(const Audio& audio) {
    return name_of_recording(audio.mime) ? recording_ms(audio.bytes) : std::nullopt;
}

void Provider::transcribe(TranscribeRequest request, Done<Transcript> done) {
    auto why = problem_of(request.audio);
    const bool as_it_is = length_as_it_is(request.audio).has_value();
    if (!why && !as_it_is && !core_->convert)
        why = ModelError{Fault::unsupported, "recordings of the kind " + request.audio.mime + " cannot be heard", {}};
    core_->executor.post(
        [core = core_, why = std::move(why), as_it_is, request = std::move(request), done = std::move(done)]() mutable {
            if (why) return done(std::move(*why));
            if (!core->options().configured()) return done(not_configured());
            if (as_it_is) return hear(core, std::move(request), std::move(done));
            convert_and_hear(core, std::move(request), std::move(done));
        });
}

void Provider::speak(SpeakRequest request, Done<Audio> done) {
    if (request.text.empty() || text::characters(request.text) > longest_speech) {
        ModelError why{request.text.empty() ? Fault::invalid : Fault::too_long,
                       request.text.empty() ? "there is nothing to say" : "more than 4,096 characters cannot be spoken",
                       {}};
        core_->executor.post([why = std::move(why), done = std::move(done)]() mutable { done(std::move(why)); });
        return;
    }
    ApiCall::Plan plan;
    plan.what = "speech";
    plan.model = request.model;
    plan.configured = &Options::speech_model;
    plan.otherwise = [](const Found& found) {
        return found.endpoint.openai ? std::string(Defaults::speech_model)
                                     : found.model_named({"tts", "kokoro", "piper", "speech"}, "tts-1");
    };
    const auto given = std::make_shared<const SpeakRequest>(std::move(request));
    plan.make = [given](const Options& options, const Endpoint& endpoint, const std::string& model,
                        SteadyTime deadline) {
        const auto& voice = !given->voice.empty() ? given->voice : options.voice;
        const boost::json::object body{{"model", model},
                                       {"input", given->text},
                                       {"voice", voice.empty() ? Defaults::voice : voice},
                                       {"response_format", "opus"}};
        auto call = api_request(options, endpoint.base + "/audio/speech", boost::json::serialize(body),
                                "application/json", deadline);
        call.max_response = largest_speech;
        return call;
    };
    ask<Audio>(core_, std::move(plan), given->deadline, read_sound, std::move(done));
}

}  // namespace parley::gpt
