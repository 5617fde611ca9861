// What the CLI asks of a running host about accounts. A change is committed, then takes effect, then is answered.

#include <boost/json.hpp>

#include "app/application.hpp"
#include "app/routes.hpp"

namespace parley::app {
namespace {

namespace json = boost::json;
using accounts::Account;
using accounts::Entry;
using net::Request;
using net::Responder;
using net::Response;

json::object describe(const Entry& entry, const std::vector<outbound::Sender::AccountState>& states) {
    const Account& account = entry.account;
    json::object fields;
    for (const auto& field : accounts::fields_of(account.channel)) {
        if (entry.fixed) continue;
        const std::string value = field.secret ? account.secret(field.name).masked() : account.get(field.name);
        if (!value.empty()) fields[field.name] = value;
    }
    json::object object{{"id", account.id},           {"name", account.name},
                        {"channel", account.channel}, {"organisation", account.organisation},
                        {"enabled", account.enabled}, {"built_in", entry.fixed},
                        {"fields", std::move(fields)}};
    if (!accounts::fields_of(account.channel).empty())
        object["webhook"] = "/webhooks/" + account.channel + "/" + account.name;
    for (const auto& state : states) {
        if (state.id != account.id) continue;
        object["sending"] = state.sending;
        object["waiting"] = state.ready;
        object["in_doubt"] = state.in_doubt;
        object["rate"] = state.rate;
        object["halted"] = state.halted;
        object["halted_because"] = state.halted_because;
    }
    return object;
}

void list(Application& app, const Request&, Responder respond) {
    const auto states = app.sender().accounts();
    json::array found;
    for (const auto* entry : app.accounts().directory().all()) found.push_back(describe(*entry, states));
    respond(Response::json(200, json::serialize(found)));
}

// Puts what the body names into the account. Everything in "fields" is text, whatever it means.
Result<void> change(Account& account, const std::string& body) {
    json::error_code error;
    const auto parsed = json::parse(body.empty() ? "{}" : body, error);
    if (error || !parsed.is_object()) return make_error(Errc::invalid, "the body must be a JSON object");
    const auto& object = parsed.as_object();
    const auto text = [&](const char* name, std::string& into) {
        if (const auto* value = object.if_contains(name); value && value->is_string()) into = value->as_string();
    };
    text("organisation", account.organisation);
    if (account.id == 0) {
        text("channel", account.channel);
        text("name", account.name);
    }
    if (const auto* enabled = object.if_contains("enabled"); enabled && enabled->is_bool())
        account.enabled = enabled->as_bool();
    const auto* fields = object.if_contains("fields");
    if (!fields) return {};
    if (!fields->is_object()) return make_error(Errc::invalid, "\"fields\" must be an object of texts");
    for (const auto& [name, value] : fields->as_object()) {
        if (!value.is_string()) return make_error(Errc::invalid, std::string(name) + " must be a text");
        if (auto ok = assign(account, name, std::string(value.as_string())); !ok) return ok;
    }
    return {};
}

void answer_with(Application& app, AccountId id, Responder respond) {
    app.accounts().refresh([&app, id, respond = std::move(respond)](Result<void> refreshed) mutable {
        const auto* entry = app.accounts().directory().find(id);
        if (!refreshed || !entry)
            respond(problem(refreshed ? make_error(Errc::gone, "somebody else removed it") : refreshed.error()));
        else
            respond(Response::json(200, json::serialize(describe(*entry, app.sender().accounts()))));
    });
}

void save(Application& app, Account account, const std::string& body, Responder respond) {
    if (auto ok = change(account, body); !ok) return respond(problem(ok.error()));
    app.accounts().registry().save(std::move(account),
                                   [&app, respond = std::move(respond)](Result<AccountId> id) mutable {
                                       if (id)
                                           answer_with(app, *id, std::move(respond));
                                       else
                                           respond(problem(id.error()));
                                   });
}

void add(Application& app, const Request& request, Responder respond) {
    save(app, Account{}, request.body, std::move(respond));
}

// The account that the path names, if people may change it; otherwise the request is answered.
const Entry* named(Application& app, const Request& request, Responder& respond) {
    const std::string name(request.path_value("name"));
    const auto* entry = app.accounts().directory().find(name);
    if (!entry) {
        respond(
            problem(make_error(Errc::not_found, "there is no account \"" + name + "\": see `parley account list`")));
        return nullptr;
    }
    return entry;
}

const Entry* changeable(Application& app, const Request& request, Responder& respond) {
    const auto* entry = named(app, request, respond);
    if (!entry || !entry->fixed) return entry;
    respond(
        problem(make_error(Errc::invalid, "the account " + entry->account.name +
                                              " is built in: it is configured by the environment and the settings")));
    return nullptr;
}

void update(Application& app, const Request& request, Responder respond) {
    if (const auto* entry = changeable(app, request, respond))
        save(app, entry->account, request.body, std::move(respond));
}

void remove(Application& app, const Request& request, Responder respond) {
    const auto* entry = changeable(app, request, respond);
    if (!entry) return;
    app.accounts().registry().remove(entry->account.id,
                                     [&app, respond = std::move(respond)](Result<void> removed) mutable {
                                         if (!removed) return respond(problem(removed.error()));
                                         app.accounts().refresh([respond = std::move(respond)](Result<void>) mutable {
                                             respond(Response::json(200, R"({"removed":true})"));
                                         });
                                     });
}

void test(Application& app, const Request& request, Responder respond) {
    const auto* entry = named(app, request, respond);
    if (!entry) return;
    const auto channel = entry->lines.channel;
    channel->probe([channel, respond = std::move(respond)](const std::vector<channels::ProbeLine>& lines) mutable {
        json::array found;
        for (const auto& line : lines) found.push_back({{"ok", line.ok}, {"what", line.what}, {"advice", line.advice}});
        respond(Response::json(200, json::serialize(found)));
    });
}

// Cloud: a short-lived token of Meta's dashboard for one that lasts.
void exchange_token(Application& app, const Request& request, Responder respond) {
    const auto* entry = changeable(app, request, respond);
    if (!entry) return;
    const auto tokens = entry->lines.tokens;
    json::error_code error;
    const auto body = json::parse(request.body.empty() ? "{}" : request.body, error);
    const auto* token = !error && body.is_object() ? body.as_object().if_contains("token") : nullptr;
    if (!tokens || !token || !token->is_string())
        return respond(problem(make_error(
            Errc::invalid, tokens ? "send {\"token\": \"...\"}" : "only cloud accounts have tokens to exchange")));
    tokens->exchange(Secret(std::string(token->as_string())),
                     [&app, id = entry->account.id, tokens,
                      respond = std::move(respond)](const Result<channels::StoredToken>& got) mutable {
                         if (!got) return respond(problem(got.error()));
                         app.sender().retry_now(id);
                         json::object answer{{"token", got->token.masked()}};
                         if (got->expires_at && *got->expires_at > 0)
                             answer["expires_in_s"] = (*got->expires_at - unix_now()) / 1000;
                         respond(Response::json(200, json::serialize(answer)));
                     });
}

}  // namespace

void add_account_routes(net::Router& router, Application& app) {
    net::RouteLimits local;
    local.local_only = true;
    local.deadline_ms = 60'000;
    const auto route = [&](const char* method, const char* pattern, auto function) {
        router.add(
            method, pattern,
            [&app, function](Request request, Responder respond) {
                function(app, std::move(request), std::move(respond));
            },
            local);
    };
    route("GET", "/control/accounts", list);
    route("POST", "/control/accounts", add);
    route("POST", "/control/accounts/{name}", update);
    route("POST", "/control/accounts/{name}/remove", remove);
    route("POST", "/control/accounts/{name}/test", test);
    route("POST", "/control/accounts/{name}/token", exchange_token);
}

}  // namespace parley::app
