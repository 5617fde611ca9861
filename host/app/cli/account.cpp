#include <CLI/CLI.hpp>
#include <boost/json.hpp>
#include <fstream>
#include <iomanip>
#include <iostream>
#include <sstream>

#include "accounts/account.hpp"
#include "app/cli/cli.hpp"
#include "app/cli/control_client.hpp"
#include "app/cli/format.hpp"
#include "net/form.hpp"

namespace parley::app {
namespace {

namespace json = boost::json;

// "name=value", "name=@file" and "name=-" (standard input): a secret on the command line is seen by everybody who looks
// at the list of processes.
Result<std::pair<std::string, std::string>> read_assignment(const std::string& text) {
    const auto equals = text.find('=');
    if (equals == std::string::npos || equals == 0)
        return make_error(Errc::invalid, "\"" + text + "\" is no field: write name=value, name=@file or name=-");
    std::string value = text.substr(equals + 1);
    if (value == "-") {
        std::getline(std::cin, value);
    } else if (value.starts_with('@')) {
        std::ifstream file(value.substr(1));
        if (!file) return make_error(Errc::not_found, "cannot read " + value.substr(1));
        std::getline(file, value);
    }
    return std::pair(text.substr(0, equals), value);
}

Result<json::object> read_fields(const std::vector<std::string>& assignments) {
    json::object fields;
    for (const auto& text : assignments) {
        const auto pair = read_assignment(text);
        if (!pair) return pair.error();
        fields[pair->first] = pair->second;
    }
    return fields;
}

void show(const json::object& account) {
    std::cout << text_of(account, "name") << "  (" << text_of(account, "channel") << ", organisation "
              << text_of(account, "organisation") << (text_of(account, "enabled") == "true" ? "" : ", disabled")
              << ")\n";
    if (const auto* live = account.if_contains("live"); live && text_of(live->as_object(), "halted") == "true")
        std::cout << "    halted: " << printable(text_of(live->as_object(), "halted_because")) << '\n';
    if (const auto hook = text_of(account, "webhook"); !hook.empty()) std::cout << "    webhook: " << hook << '\n';
    if (const auto* fields = account.if_contains("fields"); fields && fields->is_object())
        for (const auto& [name, value] : fields->as_object())
            std::cout << "    " << std::left << std::setw(22) << std::string(name) << " "
                      << printable(std::string(value.as_string())) << '\n';
}

const std::string all_accounts = "/api/v1/accounts";

std::string target_of(const std::string& name, const std::string& action = {}) {
    return all_accounts + "/" + net::percent_encode(name) + (action.empty() ? "" : "/" + action);
}

int list_accounts(const config::Config& config, bool as_json) {
    const auto answer = ControlClient(completed(config)).list(all_accounts);
    if (!answer) return fail(answer.error().message);
    if (as_json) {
        std::cout << json::serialize(*answer) << '\n';
        return 0;
    }
    for (const auto& account : *answer) show(account.as_object());
    return 0;
}

int list_fields(const std::string& channel) {
    const auto& fields = accounts::fields_of(channel);
    if (fields.empty()) return fail("accounts are made for cloud, gateway and twilio, not for \"" + channel + "\"");
    for (const auto& field : fields) {
        std::cout << std::left << std::setw(22) << field.name << (field.required ? "required  " : "          ")
                  << field.help;
        if (!field.fallback.empty()) std::cout << " [" << field.fallback << "]";
        if (!field.environment.empty()) std::cout << " (" << field.environment << ")";
        std::cout << '\n';
    }
    return 0;
}

// A new one, or what changes of one that is there.
int write_account(const config::Config& config, const std::string& existing, json::object body,
                  const std::vector<std::string>& assignments) {
    auto fields = read_fields(assignments);
    if (!fields) return fail(fields.error().message);
    body["fields"] = std::move(*fields);
    const ControlClient host(completed(config));
    const auto answer = existing.empty() ? host.post(all_accounts, json::serialize(body))
                                         : host.patch(target_of(existing), json::serialize(body));
    if (!answer) return fail(answer.error().message);
    show(answer->as_object());
    return 0;
}

int test_account(const config::Config& config, const std::string& name) {
    const auto answer = ControlClient(completed(config)).post(target_of(name, "test"));
    if (!answer) return fail(answer.error().message);
    bool good = true;
    const auto& lines = answer->at("items").as_array();
    for (const auto& item : lines) {
        const auto& line = item.as_object();
        const bool ok = text_of(line, "ok") == "true";
        good = good && ok;
        std::cout << (ok ? "ok       " : "MISSING  ") << printable(text_of(line, "what")) << '\n';
        if (!ok) std::cout << "         " << printable(text_of(line, "advice")) << '\n';
    }
    if (lines.empty()) std::cout << "This channel has nothing to ask its provider.\n";
    return good ? 0 : 1;
}

int remove_account(const config::Config& config, const std::string& name) {
    const auto answer = ControlClient(completed(config)).remove(target_of(name));
    if (!answer) return fail(answer.error().message);
    std::cout << "removed\n";
    return 0;
}

// Meta's dashboard gives tokens for an hour or two; one for about sixty days is had for them.
int exchange_token(const config::Config& config, const std::string& name) {
    std::cerr << "Type or pipe in the short-lived token: ";
    std::string token;
    std::getline(std::cin, token);
    const auto answer = ControlClient(completed(config))
                            .post(target_of(name, "token"), json::serialize(json::object{{"token", token}}));
    if (!answer) return fail(answer.error().message);
    const auto seconds = text_of(answer->as_object(), "expires_in_s");
    std::cout << "The account uses " << text_of(answer->as_object(), "token")
              << (seconds.empty() ? " now.\n" : " now, for " + seconds + " seconds; it is renewed ahead of that.\n");
    return 0;
}

struct Words {
    std::string channel, name, organisation;
    std::vector<std::string> fields;
    bool as_json = false;
};

}  // namespace

void add_account_verb(CLI::App& cli, config::Config& config, int& result) {
    auto* verb = add_group(cli, "account", "See and change the accounts of the running host");
    auto words = std::make_shared<Words>();
    const auto sub = [&](const char* name, const char* help) { return add_verb(*verb, config, name, help); };
    const auto named = [words](CLI::App* made) {
        made->add_option("name", words->name, "The account's name")->required();
        return made;
    };
    const char* fields_help = "name=value, name=@file, or name=- to read it from standard input";

    auto* list = sub("list", "What there is and how it does");
    list->add_flag("--json", words->as_json, "As JSON");
    list->callback([&, words] { result = list_accounts(config, words->as_json); });

    auto* fields = sub("fields", "What an account of a channel is made of");
    fields->add_option("channel", words->channel, "cloud, gateway or twilio")->required();
    fields->callback([&, words] { result = list_fields(words->channel); });

    auto* add = sub("add", "Make one");
    add->add_option("channel", words->channel, "cloud, gateway or twilio")->required();
    named(add)->add_option("fields", words->fields, fields_help);
    add->add_option("--organisation", words->organisation, "Whose it is")->default_str("default");
    add->callback([&, words] {
        json::object body{{"channel", words->channel}, {"name", words->name}};
        if (!words->organisation.empty()) body["organisation"] = words->organisation;
        result = write_account(config, "", std::move(body), words->fields);
    });

    auto* set = named(sub("set", "Change fields; an empty value takes one out"));
    set->add_option("fields", words->fields, fields_help);
    set->add_option("--organisation", words->organisation, "Whose it is");
    set->callback([&, words] {
        json::object body;
        if (!words->organisation.empty()) body["organisation"] = words->organisation;
        result = write_account(config, words->name, std::move(body), words->fields);
    });

    for (const bool on : {true, false}) {
        auto* made =
            named(sub(on ? "enable" : "disable", on ? "Let it take part again" : "Take no webhooks, keep the queue"));
        made->callback([&, words, on] {
            result = write_account(config, words->name, json::object{{"enabled", on}}, {});
        });
    }
    named(sub("test", "Ask the provider whether credentials, webhook and permissions are right"))->callback([&, words] {
        result = test_account(config, words->name);
    });
    named(sub("token", "Exchange a short-lived token of Meta's for one that lasts"))->callback([&, words] {
        result = exchange_token(config, words->name);
    });
    named(sub("remove", "Take it away"))->callback([&, words] { result = remove_account(config, words->name); });
}

}  // namespace parley::app
