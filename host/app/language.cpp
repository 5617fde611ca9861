#include "app/language.hpp"

namespace parley::app {

gpt::Options language_options(const config::Settings& settings) {
    gpt::Options options;
    options.base_url = settings.get("openai_base_url");
    options.key = Secret(settings.get("openai_api_key"));
    options.model = settings.get("openai_model");
    options.transcription_model = settings.get("openai_transcription_model");
    options.speech_model = settings.get("openai_speech_model");
    options.voice = settings.get("openai_speech_voice");
    options.image_model = settings.get("openai_image_model");
    options.embedding_model = settings.get("openai_embedding_model");
    options.moderation_model = settings.get("openai_moderation_model");
    options.profile = settings.get("openai_profile");
    return options;
}

Language::Language(Parts parts)
    : provider_(
          parts.executor, parts.client, [&settings = parts.settings] { return language_options(settings); },
          parts.log) {}

}  // namespace parley::app
