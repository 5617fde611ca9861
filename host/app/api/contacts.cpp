// Contacts: what people do with them.

#include <boost/json.hpp>
#include <filesystem>

#include "api/cursor.hpp"
#include "api/list_json.hpp"
#include "api/list_query.hpp"
#include "app/api/operations.hpp"
#include "db/store/contact_edits.hpp"

namespace parley::app {
namespace {

namespace json = boost::json;
using api::Call;
using net::Response;

constexpr const char* none = "there is no contact of that id";

Response shown(pqxx::work& tx, db::ContactId id) {
    const auto found = db::read_contact(tx, id);
    return found ? Response::json(200, api::to_json(*found)) : not_found(none);
}

void show(Application& app, Call call) {
    from_database(app, std::move(call.respond), [id = call.id().value_or(0)](pqxx::work& tx) { return shown(tx, id); });
}

void update(Application& app, Call call) {
    db::ContactEdit edit;
    const auto& body = call.body.as_object();
    if (body.contains("name")) edit.name = text_in(call.body, "name");
    if (const auto* out = body.if_contains("opted_out")) edit.opted_out = out->as_bool();
    from_database(app, std::move(call.respond), [id = call.id().value_or(0), edit](pqxx::work& tx) {
        return db::edit_contact(tx, id, edit) ? shown(tx, id) : not_found(none);
    });
}

void merge(Application& app, Call call) {
    const std::string text = text_in(call.body, "other");
    const auto other = std::strtoll(text.c_str(), nullptr, 10);
    from_database(app, std::move(call.respond), [id = call.id().value_or(0), other](pqxx::work& tx) {
        return db::merge_contacts(tx, id, other) ? shown(tx, id) : not_found(none);
    });
}

void export_all(Application& app, Call call) {
    const auto asked = api::read_page(call.request, api::message_cursor);
    if (!asked) return call.respond(api::problem(asked.error()));
    from_database(app, std::move(call.respond), [id = call.id().value_or(0), asked = *asked](pqxx::work& tx) {
        const auto contact = db::read_contact(tx, id);
        if (!contact) return not_found(none);
        auto body = json::parse(api::to_json(db::list_person_messages(tx, id, asked))).as_object();
        return answer(json::object{{"contact", json::parse(api::to_json(*contact))},
                                   {"messages", std::move(body["items"])},
                                   {"next", std::move(body["next"])}});
    });
}

void erase(Application& app, Call call) {
    auto erased = std::make_shared<std::optional<db::ErasedContact>>();
    from_database(
        app, std::move(call.respond),
        [id = call.id().value_or(0), erased](pqxx::work& tx) {
            *erased = db::erase_contact(tx, id);
            if (!*erased) return not_found(none);
            return answer(json::object{{"messages", (*erased)->messages}, {"files", (*erased)->files.size()}});
        },
        [&app, erased] {
            // What cannot be removed now goes with the sweep: nothing needs it any more.
            const bool taken = app.workers().submit([&app, erased] {
                std::error_code ignored;
                for (const auto& file : (*erased)->files)
                    if (app.media().find(file, "")) std::filesystem::remove(app.media().path(file), ignored);
            });
            if (!taken) app.log().warn("erase.files_left", {{"files", (*erased)->files.size()}});
        });
}

}  // namespace

void add_contact_operations(api::Gate& gate, Application& app) {
    bind(gate, app, "getContact", show);
    bind(gate, app, "updateContact", update);
    bind(gate, app, "mergeContacts", merge);
    bind(gate, app, "exportContact", export_all);
    bind(gate, app, "eraseContact", erase);
}

}  // namespace parley::app
