// What is guessed of a model, what is learned from what it refuses, and what the operator says.
#include <catch2/catch.hpp>

#include "gpt/profile.hpp"
#include "support/result_printer.hpp"

using namespace parley;
using namespace parley::gpt;
using namespace std::chrono_literals;

namespace {

const Endpoint openai = parse_endpoint("").value();
const Endpoint local = parse_endpoint("localhost:8080/v1").value();

ProviderError error(std::string message, std::string param = {}, int status = 400) {
    ProviderError out;
    out.status = status;
    out.message = std::move(message);
    out.param = std::move(param);
    return out;
}

}  // namespace

TEST_CASE("the first guess") {
    CHECK(first_guess(local, "llama").cap == Profile::Cap::both);
    CHECK_FALSE(first_guess(local, "gpt-5.4").responses);
    CHECK(first_guess(openai, "gpt-4o").cap == Profile::Cap::max_completion_tokens);
    CHECK_FALSE(first_guess(openai, "gpt-4o").developer_role);
    CHECK(first_guess(openai, "o4-mini").developer_role);
    CHECK(first_guess(openai, "gpt-5").developer_role);
    CHECK_FALSE(first_guess(openai, "gpt-5").responses);
    CHECK(first_guess(openai, "gpt-5.4-mini").responses);
}

TEST_CASE("what the operator says") {
    Profile profile;
    REQUIRE(apply_override(profile, " cap=max_tokens, tools=no\ncontext=8192;vision=off responses=1 "));
    CHECK(profile.cap == Profile::Cap::max_tokens);
    CHECK_FALSE(profile.tools);
    CHECK(profile.context == 8192);
    CHECK_FALSE(profile.vision);
    CHECK(profile.responses);
    // What was learned is shown in the same words.
    Profile again;
    REQUIRE(apply_override(again, in_words(profile)));
    CHECK(again == profile);
    for (const char* bad : {"tools", "tools=perhaps", "cap=some", "context=-1", "colour=red", "tools=no x"}) {
        CAPTURE(bad);
        Profile other;
        CHECK_FALSE(apply_override(other, bad));
    }
}

TEST_CASE("what is learned") {
    Profile profile;
    CHECK(learn(profile,
                error("Unsupported parameter: 'max_tokens'. Use 'max_completion_tokens' instead.", "max_tokens")));
    CHECK(profile.cap == Profile::Cap::max_completion_tokens);
    CHECK(learn(profile, error("Unrecognized request argument supplied: max_completion_tokens")));
    CHECK(profile.cap == Profile::Cap::max_tokens);
    CHECK(learn(profile, error("tool_choice is not supported")));
    CHECK_FALSE(profile.tools);
    CHECK_FALSE(learn(profile, error("tool_choice is not supported")));
    CHECK(learn(profile, error("role 'developer' is not supported")) == std::nullopt);
    profile.developer_role = true;
    CHECK(learn(profile, error("role 'developer' is not supported")));
    CHECK(learn(profile, error("", "stream")));
    CHECK_FALSE(profile.stream);
    CHECK_FALSE(learn(profile, error("the sky is grey")));
    CHECK_FALSE(learn(profile, error("tools are not supported", "", 429)));
    profile.stream = true;
    CHECK(learn(profile, error("Cannot use tools with stream", "", 500)));
    CHECK_FALSE(profile.stream_tools);
    CHECK(profile.stream);
    CHECK(learn(profile, error("/models/x is not a multimodal model")));
    CHECK_FALSE(profile.vision);
    profile.responses = true;
    CHECK_FALSE(learn(profile, error("The model 'x' does not exist", "", 404)));
    CHECK(learn(profile, error("Not Found", "", 404)));
    CHECK_FALSE(profile.responses);
}

TEST_CASE("what was learned is forgotten after five minutes") {
    Profiles profiles;
    Profile changed;
    changed.tools = false;
    const auto now = Profiles::Clock::now();
    profiles.remember(local, "m", changed, now);
    CHECK_FALSE(profiles.find(local, "m", "", now + 299s).tools);
    CHECK(profiles.find(local, "m", "", now + 301s).tools);
    CHECK(profiles.find(local, "other", "", now).tools);
    CHECK(profiles.find(local, "m", "tools=yes", now).tools);
    CHECK_FALSE(profiles.find(local, "m", "tools=nonsense", now).tools);
}

TEST_CASE("a picture that is damaged says nothing about the model") {
    for (const char* words :
         {"Invalid base64 image_url.", "Invalid MIME type. Only image types are supported.",
          "Failed to parse data URL in image_url", "You uploaded an unsupported image. Please make sure it is valid.",
          "Failed to load image: cannot decode image_url",
          "The image data you provided does not represent a valid image"}) {
        INFO(words);
        Profile profile;
        CHECK_FALSE(learn(profile, error(words)));
        CHECK(profile.vision);
    }
    for (const char* words : {"Invalid content type. image_url is only supported by certain models.",
                              "Invalid value: 'image_url'. Supported values are: 'text'.",
                              "image input is not supported - hint: you may need to provide the mmproj"}) {
        INFO(words);
        Profile profile;
        CHECK(learn(profile, error(words)));
        CHECK_FALSE(profile.vision);
    }
}
