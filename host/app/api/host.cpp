// How the host does, and who asks.

#include <boost/json.hpp>

#include "app/api/operations.hpp"

namespace parley::app {
namespace {

namespace json = boost::json;
using api::Call;

json::array halted_accounts(Application& app) {
    json::array accounts;
    for (const auto& account : app.sender().accounts())
        accounts.push_back({{"name", account.name}, {"halted", account.halted}, {"why", account.halted_because}});
    return accounts;
}

void health(Application& app, Call call) {
    const auto handling = app.dispatcher().stats();
    const auto threads = app.handlers().stats();
    const auto journal = app.journal().stats();
    call.respond(answer(json::object{{"version", PARLEY_VERSION},
                                     {"ready", app.ready()},
                                     {"port", app.port()},
                                     {"inbox", handling.waiting},
                                     {"running", handling.running},
                                     {"outbox", app.sender().waiting()},
                                     {"sending", app.sender().sending()},
                                     {"threads", threads.threads},
                                     {"threads_written_off", threads.written_off},
                                     {"commits", journal.commits},
                                     {"operations", journal.operations},
                                     {"accounts", halted_accounts(app)}}));
}

void me(Application&, Call call) {
    const auto& principal = call.principal;
    json::array scopes;
    for (const auto& scope : principal.scopes) scopes.push_back(json::string(scope));
    call.respond(answer(json::object{{"kind", to_string(principal.kind)},
                                     {"id", std::to_string(principal.id)},
                                     {"name", principal.name},
                                     {"role", to_string(principal.role)},
                                     {"scopes", std::move(scopes)}}));
}

}  // namespace

json::value health_of(Application& app) {
    return json::object{{"ready", app.ready()}, {"accounts", halted_accounts(app)}};
}

void add_host_operations(api::Gate& gate, Application& app) {
    bind(gate, app, "getHealth", health);
    bind(gate, app, "getMe", me);
}

}  // namespace parley::app
