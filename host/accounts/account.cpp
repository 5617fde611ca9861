#include "accounts/account.hpp"

#include <charconv>

#include "core/crypto.hpp"
#include "net/client.hpp"

namespace parley::accounts {
namespace {

constexpr std::size_t longest_value = 4096;

const Field* find_field(std::string_view channel, std::string_view name) {
    for (const Field& field : fields_of(channel))
        if (field.name == name) return &field;
    return nullptr;
}

std::string names_of(const std::vector<Field>& fields) {
    std::string names;
    for (const Field& field : fields) names.append(names.empty() ? "" : ", ").append(field.name);
    return names;
}

bool is_name(std::string_view text) {
    if (text.empty() || text.size() > 64) return false;
    for (const char c : text)
        if (!(c >= 'a' && c <= 'z') && !(c >= '0' && c <= '9') && c != '-' && c != '_') return false;
    return true;
}

bool is_word(std::string_view text) {
    for (const char c : text)
        if (static_cast<unsigned char>(c) <= ' ' || static_cast<unsigned char>(c) >= 0x7f) return false;
    return true;
}

std::optional<double> to_number(std::string_view text) {
    double value = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (error != std::errc() || end != text.data() + text.size() || !(value >= 0 && value <= 1e6)) return std::nullopt;
    return value;
}

Result<void> check_value(const Field& field, const std::string& value) {
    const auto wrong = [&](std::string_view what) {
        return make_error(Errc::invalid, std::string(field.name) + " " + std::string(what));
    };
    if (value.size() > longest_value) return wrong("is longer than 4,096 bytes");
    for (const char c : value)
        if (static_cast<unsigned char>(c) < ' ' || c == 0x7f) return wrong("holds a control character");
    switch (field.kind) {
        case Field::Kind::text:
            break;
        case Field::Kind::word:
            if (!is_word(value)) return wrong("must be one word: " + std::string(field.help));
            break;
        case Field::Kind::url:
            if (auto url = net::parse_url(value); !url) return wrong("is no URL: " + url.error().message);
            break;
        case Field::Kind::number:
            if (!to_number(value)) return wrong("must be a number from 0 to 1,000,000");
            break;
        case Field::Kind::flag:
            if (value != "true" && value != "false") return wrong("must be true or false");
            break;
    }
    return {};
}

std::string missing_words(const std::string& present, std::string_view channel, const std::string& missing) {
    std::string words = "environment: ";
    words.append(present).append(" is set, and for a ").append(channel);
    return words.append(" account these are missing: ").append(missing);
}

}  // namespace

std::string Account::get(std::string_view field) const {
    if (const auto found = fields.find(field); found != fields.end()) return found->second;
    const Field* known = find_field(channel, field);
    return known ? std::string(known->fallback) : std::string();
}

Secret Account::secret(std::string_view field) const {
    const auto found = secrets.find(field);
    return found == secrets.end() ? Secret() : found->second;
}

double Account::number(std::string_view field) const {
    return to_number(get(field)).value_or(0);
}

std::string address_of(const Account& account) {
    for (const Field& field : fields_of(account.channel))
        if (field.address) return account.get(field.name);
    return "";
}

Result<void> check(const Account& account) {
    const auto& fields = fields_of(account.channel);
    if (fields.empty())
        return make_error(Errc::invalid, "no accounts can be made for the channel \"" + account.channel +
                                             "\": cloud, gateway and twilio are known");
    if (!is_name(account.name)) return make_error(Errc::invalid, "an account's name is up to 64 of a-z, 0-9, - and _");
    if (account.organisation.empty() || account.organisation.size() > 128)
        return make_error(Errc::invalid, "an organisation's name has 1 to 128 bytes");
    for (const Field& field : fields) {
        const std::string value = field.secret ? account.secret(field.name).reveal() : account.get(field.name);
        if (value.empty() && field.required)
            return make_error(Errc::invalid, std::string(field.name) + " is missing: " + std::string(field.help));
        if (value.empty()) continue;
        if (auto ok = check_value(field, value); !ok) return ok;
    }
    return {};
}

Result<void> assign(Account& account, std::string_view name, const std::string& value) {
    const Field* field = find_field(account.channel, name);
    if (!field)
        return make_error(Errc::not_found, "a " + account.channel + " account has no field \"" + std::string(name) +
                                               "\"; it has " + names_of(fields_of(account.channel)));
    if (!value.empty())
        if (auto ok = check_value(*field, value); !ok) return ok;
    if (field->secret) {
        account.secrets.erase(std::string(name));
        if (!value.empty()) account.secrets.emplace(name, Secret(value));
    } else {
        account.fields.erase(std::string(name));
        if (!value.empty()) account.fields.emplace(name, value);
    }
    return {};
}

Result<std::vector<Account>> from_environment(const std::map<std::string, std::string, std::less<>>& environment) {
    std::vector<Account> accounts;
    for (const std::string_view channel : configurable_channels()) {
        Account account;
        account.channel = account.name = std::string(channel);
        std::string present, missing;
        for (const Field& field : fields_of(channel)) {
            if (field.environment.empty()) continue;
            const auto found = environment.find(field.environment);
            const bool there = found != environment.end() && !found->second.empty();
            if (there && field.required) present = field.environment;
            if (!there && field.required) missing.append(missing.empty() ? "" : ", ").append(field.environment);
            if (!there) continue;
            if (auto ok = assign(account, field.name, found->second); !ok)
                return make_error(Errc::invalid,
                                  "environment: " + std::string(field.environment) + ": " + ok.error().message);
        }
        if (present.empty()) continue;
        if (!missing.empty()) return make_error(Errc::invalid, missing_words(present, channel, missing));
        accounts.push_back(std::move(account));
    }
    return accounts;
}

std::vector<std::string> differing_variables(const Account& of_environment, const Account& stored) {
    std::vector<std::string> variables;
    for (const Field& field : fields_of(of_environment.channel)) {
        const auto value_in = [&field](const Account& account) {
            return field.secret ? account.secret(field.name).reveal() : account.get(field.name);
        };
        const bool given = of_environment.fields.contains(field.name) || of_environment.secrets.contains(field.name);
        if (given && !crypto::equal_constant_time(value_in(of_environment), value_in(stored)))
            variables.emplace_back(field.environment);
    }
    return variables;
}

}  // namespace parley::accounts
