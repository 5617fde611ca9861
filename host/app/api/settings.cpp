// Settings, and the lists of numbers among them. A change is committed, then counts, then is answered.

#include <boost/json.hpp>

#include "app/api/operations.hpp"
#include "core/text.hpp"
#include "db/store/repositories.hpp"

namespace parley::app {
namespace {

namespace json = boost::json;
using api::Call;
using config::SettingDefinition;

json::object describe(Application& app, const std::string& name, const SettingDefinition& definition) {
    return {{"name", name},
            {"value", app.settings().shown(name, app.settings().get(name))},
            {"default", definition.fallback},
            {"description", definition.description},
            {"secret", definition.secret}};
}

// The setting that the path names; otherwise the request is answered.
const SettingDefinition* named(Call& call) {
    const std::string name = call.path("name");
    const auto* definition = config::setting_definition(name);
    if (!definition) call.respond(not_found("there is no setting " + name));
    return definition;
}

// With those secrets of hooks that are set.
void list(Application& app, Call call) {
    json::array items;
    for (const auto& [name, value] : app.settings().shown()) {
        const auto* definition = config::setting_definition(name);
        if (!definition || (config::is_hook_secret(name) && value.empty())) continue;
        items.push_back(describe(app, name, *definition));
    }
    call.respond(page(std::move(items)));
}

void show(Application& app, Call call) {
    if (const auto* definition = named(call)) call.respond(answer(describe(app, call.path("name"), *definition)));
}

void put(Application& app, Call call) {
    const auto* definition = named(call);
    if (!definition) return;
    const std::string name = call.path("name");
    const auto value = app.settings().check(name, text_in(call.body, "value"));
    if (!value) return call.respond(api::problem(value.error()));
    const std::string stored = app.settings().to_stored(name, *value);
    auto respond = std::make_shared<net::Responder>(std::move(call.respond));
    app.database().run_async(
        app.loop(), [name, stored](pqxx::work& tx) { db::write_setting(tx, name, stored); },
        [&app, definition, name, stored, respond](Result<void> done) {
            if (!done) return (*respond)(api::problem(done.error()));
            app.settings().apply(name, stored);
            (*respond)(answer(describe(app, name, *definition)));
        },
        db::Rerun::safe);
}

void reset(Application& app, Call call) {
    const auto* definition = named(call);
    if (!definition) return;
    const std::string name = call.path("name");
    from_database(
        app, std::move(call.respond),
        [name](pqxx::work& tx) {
            db::write_setting(tx, name, std::nullopt);
            return nothing_more();
        },
        [&app, name, fallback = std::string(definition->fallback)] {
            app.settings().apply(name, app.settings().to_stored(name, fallback));
        });
}

// --- lists of numbers that are settings

json::object entry(const std::string& number) {
    return {{"number", number}};
}

std::vector<std::string> numbers_of(const std::string& list) {
    std::vector<std::string> numbers;
    for (std::size_t from = 0; from < list.size();) {
        const auto comma = std::min(list.find(',', from), list.size());
        if (comma > from) numbers.push_back(list.substr(from, comma - from));
        from = comma + 1;
    }
    return numbers;
}

void list_numbers(Application& app, const std::string& setting, Call call) {
    json::array items;
    for (const auto& number : numbers_of(app.settings().get(setting))) items.push_back(entry(number));
    call.respond(page(std::move(items)));
}

// The number that the path names, as the list writes it; otherwise the request is answered.
std::optional<std::string> number_in(Application& app, const std::string& setting, Call& call) {
    auto number = app.settings().check(setting, call.path("number"));
    if (number && number->find(',') == std::string::npos && !number->empty()) return *number;
    call.respond(api::problem(make_error(Errc::invalid, "number: must be a phone number with its country code")));
    return std::nullopt;
}

void show_number(Application& app, const std::string& setting, Call call) {
    const auto number = number_in(app, setting, call);
    if (!number) return;
    const auto all = numbers_of(app.settings().get(setting));
    const bool there = std::find(all.begin(), all.end(), *number) != all.end();
    call.respond(there ? answer(entry(*number)) : not_found("the number is not on this list"));
}

// Two edits of one list come one after the other, each on what the other left.
void edit_numbers(Application& app, const std::string& setting, Call call, bool add) {
    const auto number = number_in(app, setting, call);
    if (!number) return;
    auto changed = std::make_shared<std::string>();
    from_database(
        app, std::move(call.respond),
        [changed, setting, number = *number, add](pqxx::work& tx) {
            auto all = numbers_of(db::lock_setting(tx, setting).value_or(""));
            const auto place = std::find(all.begin(), all.end(), number);
            const bool there = place != all.end();
            if (!add && !there) throw ErrorException(make_error(Errc::not_found, "the number is not on this list"));
            if (add && !there) all.push_back(number);
            if (!add) all.erase(place);
            changed->clear();
            for (const auto& one : all) *changed += (changed->empty() ? "" : ",") + one;
            db::write_setting(tx, setting, *changed);
            return add ? answer(entry(number)) : nothing_more();
        },
        [&app, setting, changed] { app.settings().apply(setting, *changed); });
}

void bind_numbers(api::Gate& gate, Application& app, const std::string& name, const std::string& setting) {
    gate.on("list" + name, [&app, setting](Call call) { list_numbers(app, setting, std::move(call)); });
    gate.on("get" + name + "Entry", [&app, setting](Call call) { show_number(app, setting, std::move(call)); });
    gate.on("add" + name + "Entry", [&app, setting](Call call) { edit_numbers(app, setting, std::move(call), true); });
    gate.on("remove" + name + "Entry",
            [&app, setting](Call call) { edit_numbers(app, setting, std::move(call), false); });
}

}  // namespace

void add_setting_operations(api::Gate& gate, Application& app) {
    bind(gate, app, "listSettings", list);
    bind(gate, app, "getSetting", show);
    bind(gate, app, "putSetting", put);
    bind(gate, app, "resetSetting", reset);
    bind_numbers(gate, app, "Blacklist", "blacklist_ids");
    bind_numbers(gate, app, "Whitelist", "whitelisted_users");
}

}  // namespace parley::app
