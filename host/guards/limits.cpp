#include "guards/limits.hpp"

namespace parley::guards {

Limits limits_from(const config::Settings& settings) {
    Limits limits;
    limits.person.tokens = settings.number("gpt_user_tokens_per_day");
    limits.person.micro_usd = settings.micro_usd("gpt_user_usd_per_day");
    limits.person.pictures = settings.number("gpt_pictures_per_day");
    limits.person.audio_ms = settings.number("gpt_audio_minutes_per_day") * 60'000;
    limits.person.speech_characters = settings.number("gpt_speech_characters_per_day");
    limits.chat.tokens = settings.number("gpt_chat_tokens_per_day");
    limits.chat.micro_usd = settings.micro_usd("gpt_chat_usd_per_day");
    limits.organisation.tokens = settings.number("gpt_organisation_tokens_per_day");
    limits.organisation.micro_usd = settings.micro_usd("gpt_organisation_usd_per_day");
    return limits;
}

}  // namespace parley::guards
