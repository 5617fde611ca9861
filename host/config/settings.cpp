#include "config/settings.hpp"

#include <algorithm>
#include <cctype>

#include "config/money.hpp"
#include "config/setting_values.hpp"
#include "core/secret.hpp"
#include "core/text.hpp"

namespace parley::config {
namespace {

constexpr std::size_t shortest_hook_secret = 16;

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
        ++revision_;
    }
    if (changed_) changed_(name);
}

bool Settings::refresh(const std::map<std::string, std::string>& stored, std::uint64_t read_at) {
    if (revision() != read_at) return false;
    for (const auto& definition : setting_definitions()) {
        if (definition.secret) continue;
        const std::string name(definition.name);
        const auto found = stored.find(name);
        const std::string value = found == stored.end() ? std::string(definition.fallback) : found->second;
        if (get(name) != value) apply(name, value);
    }
    return true;
}

std::uint64_t Settings::revision() const {
    std::lock_guard lock(mutex_);
    return revision_;
}

void Settings::on_change(std::function<void(const std::string&)> changed) {
    changed_ = std::move(changed);
}

}  // namespace parley::config
