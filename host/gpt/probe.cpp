#include "gpt/probe.hpp"

#include <algorithm>

#include "core/crypto.hpp"
#include "core/text.hpp"

namespace parley::gpt {
namespace {

using Kind = Finding::Kind;
using std::chrono::milliseconds;

constexpr int most_tokens = 1'000;  // of an answer; models that think need them
constexpr std::chrono::seconds longest_answer{60};
constexpr std::size_t most_listed = 5;

// 32 x 32 pixels, all of them red.
constexpr const char* red_picture =
    "iVBORw0KGgoAAAANSUhEUgAAACAAAAAgCAIAAAD8GO2jAAAAJ0lEQVR42u3NsQkAAAjAsP7/tF7hIASyp6lTCQQCgUAgEAgEgi/BAjLD/C5w"
    "/SM9AAAAAElFTkSuQmCC";

std::string list_of(const std::vector<ModelInfo>& models) {
    std::string list = std::to_string(models.size()) + (models.size() == 1 ? " model: " : " models: ");
    for (std::size_t i = 0; i < std::min(models.size(), most_listed); ++i) list += (i ? ", " : "") + models[i].id;
    return list + (models.size() > most_listed ? ", ..." : "");
}

std::string advice_for(Fault fault) {
    switch (fault) {
        case Fault::quota:
            return "check openai_api_key and the account's credit with the provider";
        case Fault::busy:
            return "wait until the server has loaded the model, or has fewer questions, and try again";
        case Fault::timeout:
            return "the model may still be loading, or too large for its machine; try again in a minute";
        case Fault::too_long:
            return "its context is too small for a short question: raise it where the server is started";
        default:
            return "check openai_base_url and openai_model; the server's own log may say more";
    }
}

}  // namespace

bool Probed::good() const {
    return std::none_of(findings.begin(), findings.end(), [](const Finding& one) { return one.kind == Kind::fails; });
}

Probe::Probe(Model& model, std::shared_ptr<Core> core, SteadyTime deadline, UniqueFunction<void(Probed)> done)
    : model_(model), core_(std::move(core)), deadline_(deadline), done_(std::move(done)) {}

void Probe::start() {
    core_->executor.post([self = shared_from_this()] { self->begin(); });
}

void Probe::begin() {
    options_ = core_->options();
    const auto endpoint = parse_endpoint(options_.base_url);
    if (!options_.configured()) {
        add(Kind::fails, "no language model is configured",
            "set openai_api_key, or openai_base_url for a server of your own");
        return finish();
    }
    if (!endpoint) {
        add(Kind::fails, endpoint.error().message, "the setting openai_base_url");
        return finish();
    }
    endpoint_ = *endpoint;
    Profile ignored;
    if (const auto known = apply_override(ignored, options_.profile); !known)
        add(Kind::fails, known.error().message, "the setting openai_profile is left out until it is mended");
    list_models();
}

void Probe::list_models() {
    auto request = Discovery::list_request(endpoint_.base + "/models", options_);
    core_->client.send(std::move(request), [self = shared_from_this()](net::ClientResult result) {
        self->listed(std::move(result), false);
    });
}

void Probe::listed(net::ClientResult result, bool second) {
    if (!result) {
        add(Kind::fails, endpoint_.base + " does not answer: " + result.error().error.message,
            "is the server running there? check openai_base_url");
        return finish();
    }
    const bool elsewhere = result->status == 404 || result->status == 405;
    if (elsewhere && !second && !endpoint_.path_known) {
        endpoint_.base = endpoint_.origin;
        return core_->client.send(
            Discovery::list_request(endpoint_.base + "/models", options_),
            [self = shared_from_this()](net::ClientResult again) { self->listed(std::move(again), true); });
    }
    if (elsewhere && second) endpoint_.base = endpoint_.origin + "/v1";
    const auto error = read_error(result->status, result->body);
    // 403 is a key that may ask and not look: the question will tell.
    if (result->status == 401) {
        add(Kind::fails, endpoint_.base + " refuses the key: " + without_key(error.message, options_.key),
            "set openai_api_key to a key of this server");
        return finish();
    }
    Found found;
    found.endpoint = endpoint_;
    if (result->status == 200) found.models = read_model_list(result->body);
    if (found.models.empty()) {
        add(Kind::lacks,
            endpoint_.base + " answers, but has no list of models (" + std::to_string(result->status) + ")",
            "set openai_model; the list is not needed then");
    } else {
        add(Kind::works, endpoint_.base + " answers and has " + list_of(found.models));
    }
    probed_.base = endpoint_.base;
    probed_.model = options_.model.empty() ? found.chat_model() : options_.model;
    ask_words();
}

ChatRequest Probe::question(std::string text) const {
    ChatRequest request;
    request.messages.push_back({Role::user, std::move(text), {}, {}, {}});
    request.model = probed_.model;
    request.max_tokens = most_tokens;
    request.deadline = std::min(deadline_, std::chrono::steady_clock::now() + longest_answer);
    return request;
}

void Probe::ask(ChatRequest request, void (Probe::*answered)(Answer)) {
    const auto began = std::chrono::steady_clock::now();
    model_.chat(std::move(request), [self = shared_from_this(), answered, began](Answer answer) {
        self->took_ = std::chrono::duration_cast<milliseconds>(std::chrono::steady_clock::now() - began);
        self->charge(answer);
        ((*self).*answered)(std::move(answer));
    });
}

void Probe::ask_words() {
    ask(question("Reply with one word: ready"), &Probe::words_came);
}

void Probe::words_came(Answer answer) {
    if (!answer) {
        add(Kind::fails, probed_.model + " does not answer: " + answer.error().message,
            advice_for(answer.error().fault));
        return finish();
    }
    add(Kind::works, probed_.model + " answers, in " + std::to_string(took_.count()) + " ms");
    if (answer->streamed) {
        add(Kind::works, "answers are streamed");
    } else {
        add(Kind::lacks, "answers come in one piece",
            "nothing is wrong with that, but a slow answer that breaks off is lost altogether");
    }
    if (answer->usage.estimated) {
        add(Kind::lacks, "the server does not count tokens", "they are estimated, and so is what is charged");
    } else {
        add(Kind::works, "the server counts tokens");
    }
    ask_for_tool();
}

void Probe::ask_for_tool() {
    auto request = question("Which colour has the sky on a clear day? Report it with the tool.");
    request.tools.push_back(
        {"report_colour", "Takes the answer",
         R"({"type":"object","properties":{"colour":{"type":"string"}},"required":["colour"],"additionalProperties":false})"});
    ask(std::move(request), &Probe::tool_came);
}

void Probe::tool_came(Answer answer) {
    if (answer && !answer->tool_calls.empty() && answer->tool_calls[0].name == "report_colour") {
        add(Kind::works, "tools are called: the model can run commands");
    } else if (answer && !profile().tools) {
        add(Kind::lacks, "the server refuses tools: the model cannot run commands",
            "llama.cpp wants --jinja, vLLM --enable-auto-tool-choice and --tool-call-parser; or take another model");
    } else if (answer) {
        add(Kind::lacks, "the model was given a tool and answered in words",
            "it may be too small to run commands; try another, or say tools=no in openai_profile");
    } else {
        add_missing("tools", answer);
    }
    ask_for_json();
}

void Probe::ask_for_json() {
    auto request = question("Which colour has the sky on a clear day?");
    request.schema_name = "colour";
    request.schema =
        R"({"type":"object","properties":{"colour":{"type":"string"}},"required":["colour"],"additionalProperties":false})";
    ask(std::move(request), &Probe::json_came);
}

void Probe::json_came(Answer answer) {
    if (!answer) {
        add_missing("answers as JSON", answer);
    } else if (profile().json_schema) {
        add(Kind::works, "answers fit a JSON Schema");
    } else {
        add(Kind::works, "answers fit a JSON Schema, though the server takes none: it is asked for in words");
    }
    show_picture();
}

void Probe::show_picture() {
    auto request = question("Which colour fills this picture? Answer with one word.");
    request.messages[0].images.push_back({"image/png", crypto::base64_decode(red_picture).value_or("")});
    ask(std::move(request), &Probe::picture_seen);
}

void Probe::picture_seen(Answer answer) {
    if (answer && text::to_lower_ascii(answer->text).find("red") != std::string::npos) {
        add(Kind::works, "pictures are seen");
    } else if (answer) {
        add(Kind::lacks,
            "the model was shown a red picture and said: " + std::string(text::truncate_utf8(answer->text, 60)),
            "it may not see pictures: say vision=no in openai_profile, or take another model");
    } else if (answer.error().fault == Fault::unsupported) {
        add(Kind::lacks, "the model cannot see pictures", "take one that can, and with llama.cpp give it --mmproj");
    } else {
        add_missing("pictures", answer);
    }
    finish();
}

void Probe::add(Kind kind, std::string what, std::string advice) {
    probed_.findings.push_back({kind, without_key(std::move(what), options_.key), std::move(advice)});
}

void Probe::add_missing(const std::string& what, const Answer& answer) {
    add(Kind::lacks, what + ": " + answer.error().message, advice_for(answer.error().fault));
}

void Probe::charge(const Answer& answer) {
    const auto& usage = answer ? answer->usage : answer.error().usage;
    probed_.usage.input_tokens += usage.input_tokens;
    probed_.usage.output_tokens += usage.output_tokens;
    probed_.usage.estimated = probed_.usage.estimated || usage.estimated;
}

Profile Probe::profile() const {
    return core_->profiles.find(endpoint_, probed_.model, options_.profile);
}

void Probe::finish() {
    if (!probed_.model.empty()) probed_.profile = in_words(profile());
    auto done = std::exchange(done_, nullptr);
    done(std::move(probed_));
}

}  // namespace parley::gpt
