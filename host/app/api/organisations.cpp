// Organisations.

#include "db/store/organisations.hpp"

#include <boost/json.hpp>

#include "app/api/operations.hpp"

namespace parley::app {
namespace {

namespace json = boost::json;
using api::Call;

constexpr const char* none = "there is no organisation of that id";

json::object describe(const db::Organisation& one) {
    return {{"id", std::to_string(one.id)},
            {"name", one.name},
            {"created_at", one.created_at},
            {"accounts", one.accounts},
            {"contacts", one.contacts}};
}

net::Response shown(pqxx::work& tx, std::int64_t id, int status = 200) {
    const auto found = db::read_organisation(tx, id);
    return found ? answer(describe(*found), status) : not_found(none);
}

// Accounts carry the name of theirs.
void take_over(Application& app) {
    app.accounts().refresh([](Result<void>) {});
}

void list(Application& app, Call call) {
    from_database(app, std::move(call.respond), [](pqxx::work& tx) {
        json::array items;
        for (const auto& one : db::list_organisations(tx)) items.push_back(describe(one));
        return page(std::move(items));
    });
}

void show(Application& app, Call call) {
    from_database(app, std::move(call.respond), [id = call.id().value_or(0)](pqxx::work& tx) { return shown(tx, id); });
}

void create(Application& app, Call call) {
    from_database(app, std::move(call.respond), [name = text_in(call.body, "name")](pqxx::work& tx) {
        return shown(tx, db::insert_organisation(tx, name), 201);
    });
}

void update(Application& app, Call call) {
    from_database(
        app, std::move(call.respond),
        [id = call.id().value_or(0), name = text_in(call.body, "name")](pqxx::work& tx) {
            return db::rename_organisation(tx, id, name) ? shown(tx, id) : not_found(none);
        },
        [&app] { take_over(app); });
}

void remove(Application& app, Call call) {
    from_database(app, std::move(call.respond), [id = call.id().value_or(0)](pqxx::work& tx) {
        return db::remove_organisation(tx, id) ? nothing_more() : not_found(none);
    });
}

}  // namespace

void add_organisation_operations(api::Gate& gate, Application& app) {
    bind(gate, app, "listOrganisations", list);
    bind(gate, app, "createOrganisation", create);
    bind(gate, app, "getOrganisation", show);
    bind(gate, app, "updateOrganisation", update);
    bind(gate, app, "deleteOrganisation", remove);
}

}  // namespace parley::app
