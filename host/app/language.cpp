#include "app/language.hpp"

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/value.hpp>

namespace parley::app {
namespace {

// `get`: the value of a setting.
template <class Get>
gpt::Options options_from(Get get) {
    gpt::Options options;
    options.base_url = get("openai_base_url");
    options.key = Secret(get("openai_api_key"));
    options.model = get("openai_model");
    options.transcription_model = get("openai_transcription_model");
    options.speech_model = get("openai_speech_model");
    options.voice = get("openai_speech_voice");
    options.image_model = get("openai_image_model");
    options.embedding_model = get("openai_embedding_model");
    options.moderation_model = get("openai_moderation_model");
    options.profile = get("openai_profile");
    return options;
}

}  // namespace

gpt::Options language_options(const config::Settings& settings) {
    return options_from([&](const char* name) { return settings.get(name); });
}

gpt::Options language_options(const config::Settings::Values& values) {
    return options_from([&](const char* name) {
        const auto found = values.find(name);
        return found == values.end() ? std::string() : found->second;
    });
}

boost::json::object to_json(const gpt::Probed& probed) {
    static constexpr const char* kinds[] = {"works", "lacks", "fails"};
    boost::json::array items;
    for (const auto& one : probed.findings)
        items.push_back({{"result", kinds[static_cast<int>(one.kind)]}, {"what", one.what}, {"advice", one.advice}});
    return {{"items", std::move(items)},
            {"base_url", probed.base},
            {"model", probed.model},
            {"profile", probed.profile},
            {"input_tokens", probed.usage.input_tokens},
            {"output_tokens", probed.usage.output_tokens}};
}

Language::Language(Parts parts)
    : provider_({parts.executor, parts.client, parts.workers,
                 [&settings = parts.settings] { return language_options(settings); }, std::move(parts.convert),
                 parts.log}) {}

}  // namespace parley::app
