// Accounts. A change is committed, then takes effect, then is answered.

#include <boost/json.hpp>

#include "app/api/operations.hpp"

namespace parley::app {
namespace {

namespace json = boost::json;
using accounts::Account;
using accounts::Entry;
using api::Call;
using net::Responder;
using net::Response;
using States = std::vector<outbound::Sender::AccountState>;

json::object describe(const Entry& entry, const States& states) {
    const Account& account = entry.account;
    json::object fields;
    for (const auto& field : accounts::fields_of(account.channel)) {
        if (entry.fixed) continue;
        const std::string value = field.secret ? account.secret(field.name).masked() : account.get(field.name);
        if (!value.empty()) fields[field.name] = value;
    }
    json::object object{{"id", std::to_string(account.id)}, {"name", account.name},
                        {"channel", account.channel},       {"organisation", account.organisation},
                        {"enabled", account.enabled},       {"built_in", entry.fixed},
                        {"fields", std::move(fields)}};
    if (!accounts::fields_of(account.channel).empty())
        object["webhook"] = "/webhooks/" + account.channel + "/" + account.name;
    for (const auto& state : states) {
        if (state.id != account.id) continue;
        object["live"] = {{"sending", state.sending},
                          {"waiting", state.ready},
                          {"in_doubt", state.in_doubt},
                          {"rate", state.rate},
                          {"halted", state.halted},
                          {"halted_because", state.halted_because},
                          {"last_failure", state.last_failure}};
    }
    return object;
}

void list(Application& app, Call call) {
    const auto states = app.sender().accounts();
    json::array found;
    for (const auto* entry : app.accounts().directory().all()) found.push_back(describe(*entry, states));
    call.respond(page(std::move(found)));
}

void list_channels(Application&, Call call) {
    json::array channels;
    for (const auto channel : accounts::configurable_channels()) {
        json::array fields;
        for (const auto& field : accounts::fields_of(channel)) {
            json::object one{
                {"name", field.name}, {"help", field.help}, {"required", field.required}, {"secret", field.secret}};
            if (!field.fallback.empty()) one["default"] = field.fallback;
            fields.push_back(std::move(one));
        }
        channels.push_back({{"channel", channel}, {"fields", std::move(fields)}});
    }
    call.respond(page(std::move(channels)));
}

// Puts what the body names into the account. Everything in "fields" is text, whatever it means.
Result<void> change(Account& account, const json::object& body) {
    if (account.id == 0) {
        account.channel = text_in(body, "channel");
        account.name = text_in(body, "name");
    }
    if (body.contains("organisation")) account.organisation = text_in(body, "organisation");
    if (const auto* enabled = body.if_contains("enabled")) account.enabled = enabled->as_bool();
    const auto* fields = body.if_contains("fields");
    if (!fields) return {};
    for (const auto& [name, value] : fields->as_object())
        if (auto ok = assign(account, name, std::string(value.as_string())); !ok)
            return make_error(Errc::invalid, "body.fields." + std::string(name) + ": " + ok.error().message);
    return {};
}

void answer_with(Application& app, AccountId id, int status, Responder respond) {
    app.accounts().refresh([&app, id, status, respond = std::move(respond)](Result<void> refreshed) mutable {
        const auto* entry = app.accounts().directory().find(id);
        if (!refreshed || !entry)
            respond(api::problem(refreshed ? make_error(Errc::gone, "somebody else removed it") : refreshed.error()));
        else
            respond(answer(describe(*entry, app.sender().accounts()), status));
    });
}

void save(Application& app, Account account, Call call) {
    const int status = account.id == 0 ? 201 : 200;
    if (auto ok = change(account, call.body.as_object()); !ok) return call.respond(api::problem(ok.error()));
    app.accounts().registry().save(std::move(account),
                                   [&app, status, respond = std::move(call.respond)](Result<AccountId> id) mutable {
                                       if (id)
                                           answer_with(app, *id, status, std::move(respond));
                                       else
                                           respond(api::problem(id.error()));
                                   });
}

void create(Application& app, Call call) {
    save(app, Account{}, std::move(call));
}

// The account that the path names; otherwise the request is answered.
const Entry* named(Application& app, Call& call) {
    const std::string name = call.path("account");
    const auto* entry = app.accounts().directory().find(name);
    if (!entry) call.respond(not_found("there is no account \"" + name + "\": see `parley account list`"));
    return entry;
}

const Entry* changeable(Application& app, Call& call) {
    const auto* entry = named(app, call);
    if (!entry || !entry->fixed) return entry;
    call.respond(api::problem(make_error(
        Errc::unsupported,
        "the account " + entry->account.name + " is built in: it is configured by the environment and the settings")));
    return nullptr;
}

void show(Application& app, Call call) {
    if (const auto* entry = named(app, call)) call.respond(answer(describe(*entry, app.sender().accounts())));
}

void update(Application& app, Call call) {
    if (const auto* entry = changeable(app, call)) save(app, entry->account, std::move(call));
}

void remove(Application& app, Call call) {
    const auto* entry = changeable(app, call);
    if (!entry) return;
    app.accounts().registry().remove(
        entry->account.id, [&app, respond = std::move(call.respond)](Result<void> removed) mutable {
            if (!removed) return respond(api::problem(removed.error()));
            app.accounts().refresh([respond = std::move(respond)](Result<void>) mutable { respond(nothing_more()); });
        });
}

void test(Application& app, Call call) {
    const auto* entry = named(app, call);
    if (!entry) return;
    const auto channel = entry->lines.channel;
    channel->probe([channel, respond = std::move(call.respond)](const std::vector<channels::ProbeLine>& lines) mutable {
        json::array found;
        for (const auto& line : lines) found.push_back({{"ok", line.ok}, {"what", line.what}, {"advice", line.advice}});
        respond(answer(json::object{{"items", std::move(found)}}));
    });
}

// Cloud: a short-lived token of Meta's dashboard for one that lasts.
void exchange_token(Application& app, Call call) {
    const auto* entry = changeable(app, call);
    if (!entry) return;
    const auto tokens = entry->lines.tokens;
    if (!tokens)
        return call.respond(api::problem(make_error(Errc::unsupported, "only cloud accounts have tokens to exchange")));
    tokens->exchange(Secret(text_in(call.body, "token")),
                     [&app, id = entry->account.id, tokens,
                      respond = std::move(call.respond)](const Result<channels::StoredToken>& got) mutable {
                         if (!got) return respond(api::problem(got.error()));
                         app.sender().retry_now(id);
                         json::object body{{"token", got->token.masked()}};
                         if (got->expires_at && *got->expires_at > 0)
                             body["expires_in_s"] = (*got->expires_at - unix_now()) / 1000;
                         respond(answer(body));
                     });
}

}  // namespace

void add_account_operations(api::Gate& gate, Application& app) {
    bind(gate, app, "listAccounts", list);
    bind(gate, app, "listChannels", list_channels);
    bind(gate, app, "createAccount", create);
    bind(gate, app, "getAccount", show);
    bind(gate, app, "updateAccount", update);
    bind(gate, app, "deleteAccount", remove);
    bind(gate, app, "testAccount", test);
    bind(gate, app, "exchangeAccountToken", exchange_token);
}

}  // namespace parley::app
