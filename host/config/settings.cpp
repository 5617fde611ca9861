#include "config/settings.hpp"

#include <algorithm>
#include <cctype>
#include <charconv>
#include <filesystem>

#include "config/money.hpp"
#include "config/prices.hpp"
#include "core/secret.hpp"
#include "core/text.hpp"

namespace parley::config {
namespace {

using Kind = SettingDefinition::Kind;

std::vector<std::string> split_list(std::string_view text) {
    std::vector<std::string> items;
    std::string item;
    const auto flush = [&] {
        if (!item.empty()) items.push_back(std::move(item));
        item.clear();
    };
    for (const char c : text) {
        if (c == ',') {
            flush();
        } else if (!std::isspace(static_cast<unsigned char>(c))) {
            item += c;
        }
    }
    flush();
    return items;
}

// "+92 300 123-4567" and "923001234567" are the same person.
Result<std::string> normal_number(std::string_view text) {
    std::string digits;
    for (const char c : text) {
        if (std::isdigit(static_cast<unsigned char>(c))) {
            digits += c;
        } else if (c != '+' && c != '-' && c != ' ' && c != '(' && c != ')') {
            return make_error(Errc::invalid, "\"" + std::string(text) + "\" is not a phone number");
        }
    }
    if (digits.size() < 5 || digits.size() > 20)
        return make_error(Errc::invalid, "\"" + std::string(text) + "\" is not a phone number");
    return digits;
}

Result<std::string> normal_list(std::string_view text) {
    std::string joined;
    std::vector<std::string> seen;
    for (const auto& item : split_list(text)) {
        auto number = normal_number(item);
        if (!number) return number.error();
        if (std::find(seen.begin(), seen.end(), *number) != seen.end()) continue;
        joined += (joined.empty() ? "" : ",") + *number;
        seen.push_back(*number);
    }
    return joined;
}

Result<std::string> normal_number_in_range(const SettingDefinition& definition, std::string_view value) {
    std::int64_t number = 0;
    const auto [end, problem] = std::from_chars(value.data(), value.data() + value.size(), number);
    if (problem != std::errc() || end != value.data() + value.size() || number < definition.least ||
        number > definition.most)
        return make_error(Errc::invalid, std::string(definition.name) + " must be a whole number from " +
                                             std::to_string(definition.least) + " to " +
                                             std::to_string(definition.most));
    return std::to_string(number);
}

Result<std::string> normal_choice(const SettingDefinition& definition, std::string_view value) {
    const std::string list = " " + std::string(definition.choices) + " ";
    if (value.find(' ') == std::string_view::npos && list.find(" " + std::string(value) + " ") != std::string::npos)
        return std::string(value);
    return make_error(Errc::invalid,
                      std::string(definition.name) + " must be one of: " + std::string(definition.choices));
}

// What the system's time zone database has a file for.
Result<std::string> normal_zone(std::string_view value) {
    const bool plain = value.find("..") == std::string_view::npos && value.size() <= 64 &&
                       std::all_of(value.begin(), value.end(), [](unsigned char c) {
                           return std::isalnum(c) || c == '/' || c == '_' || c == '-' || c == '+';
                       });
    std::error_code ignored;
    const auto file = "/usr/share/zoneinfo/" + std::string(value);
    if (value.empty() || (plain && value.front() != '/' && std::filesystem::is_regular_file(file, ignored)))
        return std::string(value);
    return make_error(Errc::invalid,
                      "there is no time zone \"" + std::string(value) + "\"; write it like Europe/Berlin");
}

Result<std::string> normal_value(const SettingDefinition& definition, std::string_view value) {
    switch (definition.kind) {
        case Kind::list_of_numbers:
            return normal_list(value);
        case Kind::word: {
            const bool bad =
                value.empty() || value.size() > 32 || value.front() == '/' || value == "help" ||
                std::any_of(value.begin(), value.end(), [](unsigned char c) { return c <= ' ' || c == 127; });
            if (bad)
                return make_error(Errc::invalid, std::string(definition.name) +
                                                     " must be one word of 1 to 32 characters, not \"help\", without a "
                                                     "leading slash");
            return std::string(value);
        }
        case Kind::url:
            if (!value.empty() && value.substr(0, 7) != "http://" && value.substr(0, 8) != "https://")
                return make_error(Errc::invalid, std::string(definition.name) + " must begin with http:// or https://");
            return std::string(value);
        case Kind::flag:
            if (value == "true" || value == "1" || value == "yes" || value == "on" || value == "True")
                return std::string("true");
            if (value == "false" || value == "0" || value == "no" || value == "off" || value == "False" ||
                value.empty())
                return std::string("false");
            return make_error(Errc::invalid, std::string(definition.name) + " must be true or false");
        case Kind::number:
            return normal_number_in_range(definition, text::trim(value));
        case Kind::choice:
            return normal_choice(definition, text::trim(value));
        case Kind::usd: {
            const auto amount = micro_usd_from(text::trim(value));
            if (!amount)
                return make_error(Errc::invalid, std::string(definition.name) +
                                                     " must be an amount in US dollars, like 2.50 (0: no limit)");
            return to_usd(*amount);
        }
        case Kind::prices:
            if (const auto table = PriceTable::parse(value); !table) return table.error();
            return std::string(value);
        case Kind::zone:
            return normal_zone(text::trim(value));
        case Kind::text:
            break;
    }
    return std::string(value);
}

// One a plugin, so there is no list of them: hook_secret_<id>, what outside systems prove themselves with when they
// post to /hooks/<id>.
constexpr SettingDefinition hook_secret{"hook_secret_", "secret for posts to a plugin", "", true, Kind::text};
constexpr std::size_t shortest_hook_secret = 16;

bool is_hook_secret(std::string_view name) {
    if (!name.starts_with(hook_secret.name)) return false;
    name.remove_prefix(hook_secret.name.size());
    return !name.empty() && name.size() <= 32 && std::all_of(name.begin(), name.end(), [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_' || c == '-';
    });
}

const SettingDefinition* find_definition(std::string_view name) {
    for (const auto& definition : setting_definitions())
        if (definition.name == name) return &definition;
    return is_hook_secret(name) ? &hook_secret : nullptr;
}

bool contains(const std::vector<std::string>& sorted, std::string_view item) {
    const auto found = std::lower_bound(sorted.begin(), sorted.end(), item);
    return found != sorted.end() && *found == item;
}

std::string masked(const std::string& value) {
    return Secret(value).masked();
}

}  // namespace

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
        {"privileged_plugins", "plugins that may change settings and control plugins",
         "admin blacklist setting plugin announce", false, Kind::text},
        {"public_url", "where this host is reached from outside", "", false, Kind::url},
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
        {"whatsapp_client_user", "user name for the WhatsApp gateway", "", false, Kind::text},
        {"whitelisted_users", "phone numbers that the bot answers alone; empty: everybody", "", false,
         Kind::list_of_numbers},
    };
    return definitions;
}

Settings::Settings(const Vault& vault) : vault_(vault), snapshot_(make_snapshot({})) {}

std::shared_ptr<const Settings::Snapshot> Settings::snapshot() const {
    std::lock_guard lock(mutex_);
    return snapshot_;
}

std::shared_ptr<const Settings::Snapshot> Settings::make_snapshot(Values values) {
    auto snapshot = std::make_shared<Snapshot>();
    for (const auto& definition : setting_definitions())
        values.try_emplace(std::string(definition.name), definition.fallback);
    snapshot->admins = split_list(values["admin_ids"]);
    snapshot->blacklisted = split_list(values["blacklist_ids"]);
    snapshot->whitelisted = split_list(values["whitelisted_users"]);
    std::sort(snapshot->whitelisted.begin(), snapshot->whitelisted.end());
    std::sort(snapshot->admins.begin(), snapshot->admins.end());
    std::sort(snapshot->blacklisted.begin(), snapshot->blacklisted.end());
    snapshot->admin_prefix = values["admin_command_prefix"];
    snapshot->values = std::move(values);
    return snapshot;
}

std::string Settings::get(std::string_view name) const {
    const auto now = snapshot();
    const auto found = now->values.find(name);
    return found == now->values.end() ? std::string() : found->second;
}

bool Settings::flag(std::string_view name) const {
    return get(name) == "true";
}
std::int64_t Settings::number(std::string_view name) const {
    return std::strtoll(get(name).c_str(), nullptr, 10);
}
std::int64_t Settings::micro_usd(std::string_view name) const {
    return micro_usd_from(get(name)).value_or(0);
}
bool Settings::known(std::string_view name) const {
    return find_definition(name) != nullptr;
}
bool Settings::is_admin(std::string_view number) const {
    return contains(snapshot()->admins, number);
}
bool Settings::is_blacklisted(std::string_view number) const {
    return contains(snapshot()->blacklisted, number);
}
bool Settings::is_whitelisted(std::string_view number) const {
    const auto now = snapshot();
    return now->whitelisted.empty() || contains(now->whitelisted, number);
}
std::string Settings::admin_prefix() const {
    return snapshot()->admin_prefix;
}

Settings::Values Settings::shown() const {
    Values values = snapshot()->values;
    for (auto& [name, value] : values) {
        const auto* definition = find_definition(name);
        if (definition && definition->secret) value = masked(value);
    }
    return values;
}

Result<std::string> Settings::check(std::string_view name, std::string_view value) const {
    const auto* definition = find_definition(name);
    if (!definition) return make_error(Errc::not_found, "there is no setting " + std::string(name));
    if (value.size() > 64 * 1024 || !text::is_storable(value))
        return make_error(Errc::invalid, "the value is too long, not UTF-8 or holds a NUL");
    if (definition == &hook_secret && !value.empty() && value.size() < shortest_hook_secret)
        return make_error(Errc::invalid, "a secret for hooks has at least 16 characters");
    return normal_value(*definition, value);
}

std::string Settings::to_stored(std::string_view name, const std::string& value) const {
    const auto* definition = find_definition(name);
    return definition && definition->secret && !value.empty() ? vault_.seal(name, value) : value;
}

Settings::Values Settings::from_environment(const Values& environment) {
    const auto find = [&](const std::string& variable) -> std::string {
        const auto found = environment.find(variable);
        return found == environment.end() ? std::string() : found->second;
    };
    // In debug mode the seed's *_TEST variables stand in for the plain ones.
    const auto debugging = normal_value(*find_definition("debug"), find("DEBUG"));
    const bool testing = debugging && *debugging == "true";
    Values values;
    for (const auto& definition : setting_definitions()) {
        std::string variable(definition.name);
        std::transform(variable.begin(), variable.end(), variable.begin(),
                       [](unsigned char c) { return std::toupper(c); });
        std::string value = testing ? find(variable + "_TEST") : std::string();
        if (value.empty()) value = find(variable);
        if (!value.empty()) values[std::string(definition.name)] = std::move(value);
    }
    for (const auto& [variable, value] : environment) {
        const auto name = text::to_lower_ascii(variable);
        if (is_hook_secret(name) && !value.empty()) values[name] = value;
    }
    return values;
}

Result<void> Settings::load(const std::map<std::string, std::string>& stored) {
    Values values;
    for (const auto& [name, text] : stored) {
        const auto* definition = find_definition(name);
        if (definition && definition->secret && !text.empty()) {
            auto plain = vault_.unseal(name, text);
            if (!plain) return plain.error();
            values[name] = std::move(*plain);
        } else {
            values[name] = text;
        }
    }
    auto fresh = make_snapshot(std::move(values));
    std::lock_guard lock(mutex_);
    snapshot_ = std::move(fresh);
    return {};
}

void Settings::apply(const std::string& name, const std::string& stored) {
    std::string value = stored;
    if (const auto* definition = find_definition(name); definition && definition->secret && !stored.empty())
        value = vault_.unseal(name, stored).value();
    Values values = snapshot()->values;
    values[name] = value;
    auto fresh = make_snapshot(std::move(values));
    {
        std::lock_guard lock(mutex_);
        snapshot_ = std::move(fresh);
    }
    if (changed_) changed_(name);
}

void Settings::on_change(std::function<void(const std::string&)> changed) {
    changed_ = std::move(changed);
}

}  // namespace parley::config
