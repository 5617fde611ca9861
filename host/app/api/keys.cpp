// API keys, and the sign-ins of whoever asks.

#include <boost/json.hpp>
#include <set>

#include "api/cursor.hpp"
#include "api/list_query.hpp"
#include "app/api/operations.hpp"
#include "auth/token.hpp"
#include "db/store/people.hpp"

namespace parley::app {
namespace {

namespace json = boost::json;
using api::Call;

constexpr const char* none = "there is no key of that id";

json::array list_of(const std::vector<std::string>& texts) {
    json::array list;
    for (const auto& text : texts) list.push_back(json::string(text));
    return list;
}

void put(json::object& object, const char* name, const std::string& text) {
    if (!text.empty()) object[name] = text;
}

json::object describe(const db::ApiKey& key) {
    json::object one{{"id", std::to_string(key.id)},
                     {"name", key.name},
                     {"hint", key.hint},
                     {"role", key.role},
                     {"scopes", list_of(key.scopes)},
                     {"created_by", key.created_by},
                     {"created_at", key.created_at}};
    put(one, "last_used_at", key.last_used_at);
    put(one, "expires_at", key.expires_at);
    put(one, "revoked_at", key.revoked_at);
    return one;
}

void list(Application& app, Call call) {
    const auto asked = api::read_page(call.request, api::key_cursor);
    if (!asked) return call.respond(api::problem(asked.error()));
    from_database(app, std::move(call.respond), [asked = *asked](pqxx::work& tx) {
        const auto keys = db::list_api_keys(tx, asked.before, asked.limit + 1);
        json::array items;
        for (const auto& key : keys)
            if (items.size() < asked.limit) items.push_back(describe(key));
        const bool more = keys.size() > asked.limit;
        return page(std::move(items),
                    more ? api::cursor_to_text(api::key_cursor, keys[asked.limit - 1].id) : std::string());
    });
}

void show(Application& app, Call call) {
    from_database(app, std::move(call.respond), [id = call.id().value_or(0)](pqxx::work& tx) {
        const auto key = db::read_api_key(tx, id);
        return key ? answer(describe(*key)) : not_found(none);
    });
}

// The scopes there are: those that the contract's operations want.
std::set<std::string> known_scopes(Application& app) {
    std::set<std::string> scopes;
    for (const auto& operation : app.api().contract().operations())
        if (!operation.scope.empty()) scopes.insert(operation.scope);
    return scopes;
}

void create(Application& app, Call call) {
    db::ApiKey key;
    key.name = text_in(call.body, "name");
    key.role = text_in(call.body, "role");
    key.created_by = call.principal.name;
    const auto known = known_scopes(app);
    for (const auto& scope : call.body.at("scopes").as_array()) {
        key.scopes.emplace_back(scope.as_string());
        if (known.contains(key.scopes.back())) continue;
        std::string all;
        for (const auto& one : known) all += (all.empty() ? "" : ", ") + one;
        return call.respond(
            api::problem(make_error(Errc::invalid, "there is no scope " + key.scopes.back() + "; there are " + all)));
    }
    if (const auto* days = call.body.as_object().if_contains("expires_in_days"))
        key.expires = unix_now() + days->to_number<std::int64_t>() * 24 * 3600 * 1000;
    // A program must not get further than whoever lets it in: a key with fewer scopes could make one with all.
    if (call.principal.kind == auth::Principal::Kind::api_key)
        for (const auto& scope : key.scopes)
            if (!call.principal.scopes.contains(scope))
                return call.respond(api::problem(
                    make_error(Errc::denied, "a key gives away no scope that it does not have: " + scope)));
    const Secret secret = auth::make_api_key();
    key.hint = secret.reveal().substr(secret.reveal().size() - 4);
    from_database(
        app, std::move(call.respond),
        [key, secret](pqxx::work& tx) {
            const auto made = db::read_api_key(tx, db::insert_api_key(tx, key, auth::token_hash(secret.reveal())));
            json::object body{{"id", std::to_string(made->id)},
                              {"name", made->name},
                              {"key", secret.reveal()},
                              {"role", made->role},
                              {"scopes", list_of(made->scopes)}};
            put(body, "expires_at", made->expires_at);
            return answer(body, 201);
        },
        [&app, secret] { app.api().authenticator().given_out(secret.reveal()); });
}

void revoke(Application& app, Call call) {
    const auto id = call.id().value_or(0);
    from_database(
        app, std::move(call.respond),
        [id](pqxx::work& tx) { return db::revoke_api_key(tx, id) ? nothing_more() : not_found(none); },
        [&app, id] { app.api().authenticator().api_key_revoked(id); });
}

// --- sign-ins

db::PersonId person_of(const auth::Principal& principal) {
    return principal.kind == auth::Principal::Kind::person ? principal.id : -1;
}

void list_tokens(Application& app, Call call) {
    from_database(app, std::move(call.respond),
                  [person = person_of(call.principal), mine = call.principal.token](pqxx::work& tx) {
                      json::array items;
                      for (const auto& token : db::list_tokens(tx, person))
                          items.push_back({{"id", std::to_string(token.id)},
                                           {"label", token.label},
                                           {"remote", token.remote},
                                           {"created_at", token.created_at},
                                           {"last_used_at", token.last_used_at},
                                           {"expires_at", token.expires_at},
                                           {"current", token.id == mine}});
                      return page(std::move(items));
                  });
}

// Another's is not there.
void revoke_token(Application& app, Call call) {
    app.people().people().revoke_token(
        person_of(call.principal), call.id().value_or(0),
        [respond = std::move(call.respond)](const auth::Outcome<bool>& gone) mutable {
            if (!gone) return respond(api::problem(gone.error().error));
            respond(*gone ? nothing_more() : not_found("you have no sign-in of that id"));
        });
}

}  // namespace

void add_key_operations(api::Gate& gate, Application& app) {
    bind(gate, app, "listApiKeys", list);
    bind(gate, app, "createApiKey", create);
    bind(gate, app, "getApiKey", show);
    bind(gate, app, "revokeApiKey", revoke);
    bind(gate, app, "listTokens", list_tokens);
    bind(gate, app, "revokeToken", revoke_token);
}

}  // namespace parley::app
