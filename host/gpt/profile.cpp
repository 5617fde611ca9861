#include "gpt/profile.hpp"

#include <charconv>

#include "core/text.hpp"

namespace parley::gpt {
namespace {

constexpr std::size_t most_profiles = 1'000;

// "gpt-5.4-mini" -> 5.4, "gpt-5" -> 5.0; 0 for others.
double gpt_generation(std::string_view model) {
    if (!model.starts_with("gpt-")) return 0;
    model.remove_prefix(4);
    double generation = 0;
    std::from_chars(model.data(), model.data() + model.size(), generation);
    return generation;
}

// OpenAI's models that think before they answer; they alone know the role "developer".
bool reasons(std::string_view model) {
    const bool o_series = model.size() >= 2 && model[0] == 'o' && model[1] >= '1' && model[1] <= '9';
    return o_series || gpt_generation(model) >= 5;
}

struct Flag {
    std::string_view name;
    bool Profile::*member;
};
constexpr Flag flags[] = {{"developer_role", &Profile::developer_role},
                          {"tools", &Profile::tools},
                          {"stream_tools", &Profile::stream_tools},
                          {"json_schema", &Profile::json_schema},
                          {"vision", &Profile::vision},
                          {"responses", &Profile::responses},
                          {"stream", &Profile::stream},
                          {"stream_usage", &Profile::stream_usage}};

const char* cap_name(Profile::Cap cap) {
    return cap == Profile::Cap::both         ? "both"
           : cap == Profile::Cap::max_tokens ? "max_tokens"
                                             : "max_completion_tokens";
}

std::optional<bool> yes_or_no(std::string_view text) {
    if (text == "yes" || text == "true" || text == "1" || text == "on") return true;
    if (text == "no" || text == "false" || text == "0" || text == "off") return false;
    return std::nullopt;
}

bool apply_word(Profile& profile, std::string_view name, std::string_view value) {
    if (name == "cap") {
        if (value == "max_tokens") profile.cap = Profile::Cap::max_tokens;
        if (value == "max_completion_tokens") profile.cap = Profile::Cap::max_completion_tokens;
        if (value == "both") profile.cap = Profile::Cap::both;
        return value == "max_tokens" || value == "max_completion_tokens" || value == "both";
    }
    if (name == "context") {
        const auto [end, bad] = std::from_chars(value.data(), value.data() + value.size(), profile.context);
        return bad == std::errc() && end == value.data() + value.size() && profile.context >= 0;
    }
    for (const auto& flag : flags) {
        if (flag.name != name) continue;
        const auto wanted = yes_or_no(value);
        if (wanted) profile.*flag.member = *wanted;
        return wanted.has_value();
    }
    return false;
}

bool says(const std::string& words, std::string_view what) {
    return words.find(what) != std::string::npos;
}

// Is this a refusal of something that the request has, rather than of the request?
bool is_about_a_parameter(const ProviderError& error, const std::string& words) {
    if (error.status == 501) return true;
    if (error.status != 400 && error.status != 404 && error.status != 405 && error.status != 422 && error.status != 500)
        return false;
    for (const auto* word :
         {"unsupported", "not supported", "not support", "unknown", "unrecognized", "unexpected", "invalid",
          "not permitted", "not allowed", "extra inputs", "requires", "use ", "extra_forbidden", "multimodal"})
        if (says(words, word)) return true;
    return !error.param.empty();
}

// It would have taken another one.
bool is_about_this_picture(const std::string& words) {
    for (const auto* word : {"data url", "mime type", "base64", "invalid image", "invalid_image", "unsupported image",
                             "image_parse", "valid image", "decode", "image data", "failed to load image",
                             "image format", "image is too", "image size", "download"})
        if (says(words, word)) return true;
    return false;
}

std::optional<std::string> switch_off(bool& member, std::string_view what) {
    if (!member) return std::nullopt;
    member = false;
    return "without " + std::string(what);
}

std::optional<std::string> learn_cap(Profile& profile, const std::string& words) {
    using Cap = Profile::Cap;
    // A message that refuses one of the two often names the other one as the remedy: "Use 'x' instead".
    const auto old_name = words.find("max_tokens"), new_name = words.find("max_completion_tokens");
    if (old_name == std::string::npos && new_name == std::string::npos) return std::nullopt;
    const auto wanted = new_name < old_name ? Cap::max_tokens : Cap::max_completion_tokens;
    if (profile.cap == wanted) return std::nullopt;
    profile.cap = wanted;
    return wanted == Cap::max_tokens ? "max_tokens alone" : "max_completion_tokens alone";
}

}  // namespace

std::string in_words(const Profile& profile) {
    std::string words = std::string("cap=") + cap_name(profile.cap);
    if (profile.context > 0) words += " context=" + std::to_string(profile.context);
    for (const auto& flag : flags) words += " " + std::string(flag.name) + (profile.*flag.member ? "=yes" : "=no");
    return words;
}

Profile first_guess(const Endpoint& endpoint, std::string_view model) {
    Profile profile;
    if (!endpoint.openai) return profile;
    profile.cap = Profile::Cap::max_completion_tokens;
    profile.developer_role = reasons(model);
    // From 5.4 on Chat Completions refuses tools together with thinking.
    profile.responses = gpt_generation(model) >= 5.4;
    return profile;
}

Result<void> apply_override(Profile& profile, std::string_view words) {
    while (!(words = text::trim(words)).empty()) {
        const auto word = words.substr(0, words.find_first_of(" \t\r\n,;"));
        const auto equals = word.find('=');
        const bool good =
            equals != std::string_view::npos && apply_word(profile, word.substr(0, equals), word.substr(equals + 1));
        if (!good && !word.empty()) {
            return make_error(Errc::invalid, "openai_profile: \"" + std::string(word) +
                                                 "\" is not understood; write it as \"cap=max_tokens tools=no "
                                                 "context=8192\"");
        }
        words.remove_prefix(std::min(word.size() + 1, words.size()));
    }
    return {};
}

std::optional<std::string> learn(Profile& profile, const ProviderError& error) {
    const auto words = error.words();
    if (profile.responses && (error.status == 404 || error.status == 405 || error.status == 501)) {
        // A model that is not there is another matter.
        if (says(words, "model")) return std::nullopt;
        return switch_off(profile.responses, "the Responses API");
    }
    if (!is_about_a_parameter(error, words)) return std::nullopt;
    if (!profile.responses && says(words, "/v1/responses")) {
        profile.responses = true;
        return "with the Responses API";
    }
    if (says(words, "stream_options") || says(words, "include_usage"))
        return switch_off(profile.stream_usage, "stream_options");
    if (auto cap = learn_cap(profile, words)) return cap;
    if (profile.stream && profile.stream_tools && says(words, "tool") && says(words, "stream"))
        return switch_off(profile.stream_tools, "streams with tools");
    if (says(words, "response_format") || says(words, "json_schema") || says(words, "text.format"))
        return switch_off(profile.json_schema, "response_format");
    if (says(words, "tool_choice") || says(words, "tool choice") || says(words, "tool-call-parser") ||
        says(words, "support tools") || says(words, "tools param") || says(words, "--jinja") || error.param == "tools")
        return switch_off(profile.tools, "tools");
    if (profile.developer_role && (says(words, "developer") || says(words, "role")))
        return switch_off(profile.developer_role, "the role developer");
    if (is_about_this_picture(words)) return std::nullopt;
    if (says(words, "image_url") || says(words, "support image") || says(words, "multimodal") ||
        says(words, "mmproj") || says(words, "vision"))
        return switch_off(profile.vision, "pictures");
    if (error.param == "stream" || says(words, "stream is not supported") || says(words, "support streaming"))
        return switch_off(profile.stream, "streaming");
    return std::nullopt;
}

Profile Profiles::find(const Endpoint& endpoint, const std::string& model, std::string_view override_words,
                       Clock::time_point now) {
    const auto found = learned_.find({endpoint.base, model});
    Profile profile =
        found != learned_.end() && found->second.until > now ? found->second.profile : first_guess(endpoint, model);
    Profile changed = profile;
    return apply_override(changed, override_words) ? changed : profile;
}

void Profiles::remember(const Endpoint& endpoint, const std::string& model, const Profile& profile,
                        Clock::time_point now) {
    if (learned_.size() >= most_profiles) learned_.clear();
    learned_[{endpoint.base, model}] = {profile, now + lifetime};
}

}  // namespace parley::gpt
