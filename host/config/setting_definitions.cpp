// The settings that there are.
#include <algorithm>

#include "config/settings.hpp"

namespace parley::config {
namespace {

using Kind = SettingDefinition::Kind;

// One a plugin, so there is no list of them: hook_secret_<id>, what outside systems prove themselves with when they
// post to /hooks/<id>.
constexpr SettingDefinition hook_secret{"hook_secret_", "secret for posts to a plugin", "", true, Kind::text};

}  // namespace

bool is_hook_secret(std::string_view name) {
    if (!name.starts_with(hook_secret.name)) return false;
    name.remove_prefix(hook_secret.name.size());
    return !name.empty() && name.size() <= 32 && std::all_of(name.begin(), name.end(), [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_' || c == '-';
    });
}

const SettingDefinition* setting_definition(std::string_view name) {
    for (const auto& definition : setting_definitions())
        if (definition.name == name) return &definition;
    return is_hook_secret(name) ? &hook_secret : nullptr;
}

const std::vector<SettingDefinition>& setting_definitions() {
    static const std::vector<SettingDefinition> definitions = {
        {"admin_command_prefix", "the word behind the slash that marks an admin command", "admin", false, Kind::word},
        {"admin_ids", "phone numbers of the admins", "", false, Kind::list_of_numbers},
        {"blacklist_ids", "phone numbers the bot does not answer", "", false, Kind::list_of_numbers},
        {"classroom_group_id", "group that gets the classroom's announcements", "", false, Kind::text},
        {"conversation_longest_wait_ms", "how long quick messages in a row may put off the answer, in milliseconds",
         "6000", false, Kind::number, 0, 60'000},
        {"conversation_quiet_ms", "how long a chat must be quiet before its words are answered, in milliseconds",
         "1500", false, Kind::number, 0, 60'000},
        {"conversation_tokens", "tokens of earlier messages that the language model is told", "6000", false,
         Kind::number, 500, 1'000'000},
        {"debug", "let only admins in", "false", false, Kind::flag},
        {"gpt_audio_minutes_per_day", "minutes of speech that one person may have transcribed a day; 0: no limit", "60",
         false, Kind::number, 0, 1440},
        {"gpt_calls_at_once", "questions to the language model under way at once, in all", "64", false, Kind::number, 1,
         100'000},
        {"gpt_calls_at_once_per_organisation", "the same for one organisation; the others wait their turn", "8", false,
         Kind::number, 1, 100'000},
        {"gpt_calls_waiting", "questions that may wait for their turn; more are refused", "20000", false, Kind::number,
         1, 1'000'000},
        {"gpt_chat_tokens_per_day", "tokens of the language model for one chat a day; 0: no limit", "1000000", false,
         Kind::number, 0, 1'000'000'000'000},
        {"gpt_chat_usd_per_day", "US dollars for one chat a day; 0: no limit", "0", false, Kind::usd},
        {"gpt_moderation", "whether what people write, and what the model answers, is checked before it goes on", "off",
         false, Kind::choice, 0, 0, "off in in+out"},
        {"gpt_moderation_when_away", "what happens to a text that could not be checked", "pass", false, Kind::choice, 0,
         0, "pass refuse"},
        {"gpt_organisation_tokens_per_day", "tokens of the language model for one organisation a day; 0: no limit",
         "10000000", false, Kind::number, 0, 1'000'000'000'000},
        {"gpt_organisation_usd_per_day", "US dollars for one organisation a day; 0: no limit", "0", false, Kind::usd},
        {"gpt_pictures_per_day", "pictures that one person may have drawn a day; 0: no limit", "20", false,
         Kind::number, 0, 1'000'000},
        {"gpt_prices", "what models cost, over the prices that the host knows: gpt-4o=2.50/10, my-model=0/0", "", false,
         Kind::prices},
        {"gpt_speech_characters_per_day", "characters that one person may have read out a day; 0: no limit", "20000",
         false, Kind::number, 0, 1'000'000'000},
        {"gpt_user_tokens_per_day", "tokens of the language model for one person a day; 0: no limit", "500000", false,
         Kind::number, 0, 1'000'000'000'000},
        {"gpt_user_usd_per_day", "US dollars for one person a day; 0: no limit", "0", false, Kind::usd},
        {"kharchey_group_id", "group whose plain messages are expenses", "", false, Kind::text},
        {"max_conversation_history", "earlier messages that the language model is told", "10", false, Kind::number, 0,
         200},
        {"ocr_space_api_key", "key of the OCR service", "", true, Kind::text},
        {"openai_api_key", "key of the language model", "", true, Kind::text},
        {"openai_base_url", "where the language model is, like http://localhost:11434/v1; empty: OpenAI", "", false,
         Kind::text},
        {"openai_embedding_model", "model that makes vectors of texts; empty: one that the server has", "", false,
         Kind::text},
        {"openai_image_model", "model that draws; empty: one that the server has", "", false, Kind::text},
        {"openai_model", "model that answers; empty: gpt-5.4-mini at OpenAI, elsewhere the server's first", "", false,
         Kind::text},
        {"openai_moderation_model", "model that judges what is said; empty: omni-moderation-latest", "", false,
         Kind::text},
        {"openai_profile", "what the model's server can do, like cap=max_tokens tools=no; empty: it is found out", "",
         false, Kind::text},
        {"openai_speech_model", "model that speaks; empty: one that the server has", "", false, Kind::text},
        {"openai_speech_voice", "the voice it speaks with; empty: alloy", "", false, Kind::text},
        {"openai_transcription_model", "model that hears; empty: one that the server has", "", false, Kind::text},
        {"opt_in_words", "words that let somebody get campaigns again, separated by commas", "start", false,
         Kind::text},
        {"opt_out_reply", "what is answered to a word that opts out; empty: nothing",
         "You will get no more of these messages. Write START to get them again.", false, Kind::text},
        {"opt_out_words", "words after which somebody gets no campaigns any more, separated by commas",
         "stop,unsubscribe", false, Kind::text},
        {"privileged_plugins", "plugins that may change settings and control plugins, separated by commas",
         "admin,blacklist,setting,plugin", false, Kind::text},
        {"public_url", "where this host is reached from outside", "", false, Kind::url},
        {"public_url_test", "stands in for public_url while debug is on; empty: nothing does", "", false, Kind::url},
        {"rate_limit_messages", "messages of one person that are handled within the window; 0: all", "0", false,
         Kind::number, 0, 1000},
        {"rate_limit_window_seconds", "the window of rate_limit_messages", "60", false, Kind::number, 1, 86'400},
        {"registration_open", "whether anybody who reaches this host may register for its rooms", "true", false,
         Kind::flag},
        {"system_prompt",
         "what the language model is told first: who it is, how it answers; empty: the host's own words", "", false,
         Kind::text},
        {"takeover_commands", "whether commands still work in a chat that a human has taken over", "true", false,
         Kind::flag},
        {"takeover_hours", "how long the language model is silent in a chat after a human answered there; 0: it is not",
         "4", false, Kind::number, 0, 8760},
        {"time_zone", "the operator's time zone, in which a day begins; empty: the machine's", "", false, Kind::zone},
        {"whatsapp_client_password", "password for the WhatsApp gateway", "", true, Kind::text},
        {"whatsapp_client_url", "base URL of the self-hosted WhatsApp gateway", "", false, Kind::url},
        {"whatsapp_client_url_test", "stands in for whatsapp_client_url while debug is on; empty: nothing does", "",
         false, Kind::url},
        {"whatsapp_client_user", "user name for the WhatsApp gateway", "", false, Kind::text},
        {"whitelisted_users", "phone numbers that the bot answers alone; empty: everybody", "", false,
         Kind::list_of_numbers},
    };
    return definitions;
}

}  // namespace parley::config
