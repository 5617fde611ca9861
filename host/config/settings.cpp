#include "config/settings.hpp"

#include <algorithm>
#include <cctype>
#include <charconv>
#include <filesystem>

#include "config/flag.hpp"
#include "config/money.hpp"
#include "config/prices.hpp"
#include "core/secret.hpp"
#include "core/text.hpp"

namespace parley::config {
namespace {

constexpr std::size_t shortest_hook_secret = 16;

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

// Keys and addresses become headers, where a line end that was pasted along would be an error of every request.
Result<void> check_one_line(const SettingDefinition& definition, std::string_view value) {
    const bool broken = std::any_of(value.begin(), value.end(), [](unsigned char c) { return c < ' ' || c == 127; });
    if (broken)
        return make_error(Errc::invalid, std::string(definition.name) + " must be one line without control characters");
    return {};
}

Result<std::string> normal_value(const SettingDefinition& definition, std::string_view value) {
    if (definition.secret || definition.kind == Kind::url) {
        value = text::trim(value);
        if (auto ok = check_one_line(definition, value); !ok) return ok.error();
    }
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
            if (value.empty()) return std::string("false");
            if (const auto meant = to_flag(value)) return std::string(*meant ? "true" : "false");
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

bool contains(const std::vector<std::string>& sorted, std::string_view item) {
    const auto found = std::lower_bound(sorted.begin(), sorted.end(), item);
    return found != sorted.end() && *found == item;
}

}  // namespace

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
    return setting_definition(name) != nullptr;
}
std::string Settings::address(std::string_view name) const {
    const auto now = snapshot();
    const auto of = [&now](const std::string& key) {
        const auto found = now->values.find(key);
        return found == now->values.end() ? std::string() : found->second;
    };
    const std::string plain(name);
    const auto test = of("debug") == "true" ? of(plain + "_test") : std::string();
    return test.empty() ? of(plain) : test;
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
    for (auto& [name, value] : values) value = shown(name, value);
    return values;
}

std::string Settings::shown(std::string_view name, const std::string& value) const {
    const auto* definition = setting_definition(name);
    return definition && definition->secret ? Secret(value).masked() : value;
}

Result<std::string> Settings::check(std::string_view name, std::string_view value) const {
    const auto* definition = setting_definition(name);
    if (!definition) return make_error(Errc::not_found, "there is no setting " + std::string(name));
    if (value.size() > 64 * 1024 || !text::is_storable(value))
        return make_error(Errc::invalid, "the value is too long, not UTF-8 or holds a NUL");
    if (is_hook_secret(name) && !value.empty() && value.size() < shortest_hook_secret)
        return make_error(Errc::invalid, "a secret for hooks has at least 16 characters");
    return normal_value(*definition, value);
}

std::vector<std::string> Settings::differing(const Values& plain) const {
    std::vector<std::string> names;
    for (const auto& [name, value] : plain)
        if (get(name) != value) names.push_back(name);
    return names;
}

std::string Settings::to_stored(std::string_view name, const std::string& value) const {
    const auto* definition = setting_definition(name);
    return definition && definition->secret && !value.empty() ? vault_.seal(name, value) : value;
}

Settings::Values Settings::from_environment(const Values& environment) {
    const auto find = [&](const std::string& variable) -> std::string {
        const auto found = environment.find(variable);
        return found == environment.end() ? std::string() : found->second;
    };
    Values values;
    for (const auto& definition : setting_definitions()) {
        std::string variable(definition.name);
        std::transform(variable.begin(), variable.end(), variable.begin(),
                       [](unsigned char c) { return std::toupper(c); });
        if (auto value = find(variable); !value.empty()) values[std::string(definition.name)] = std::move(value);
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
        const auto* definition = setting_definition(name);
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
    if (const auto* definition = setting_definition(name); definition && definition->secret && !stored.empty())
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

void Settings::refresh(const std::map<std::string, std::string>& stored) {
    for (const auto& [name, value] : stored) {
        const auto* definition = setting_definition(name);
        if (definition && !definition->secret && get(name) != value) apply(name, value);
    }
}

void Settings::on_change(std::function<void(const std::string&)> changed) {
    changed_ = std::move(changed);
}

}  // namespace parley::config
