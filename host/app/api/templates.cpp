// Message templates of cloud accounts: asked of Meta, and kept in table `templates`.

#include <boost/json.hpp>

#include "app/api/operations.hpp"
#include "db/store/campaigns.hpp"

namespace parley::app {
namespace {

namespace json = boost::json;
using api::Call;
using channels::MessageTemplate;
using net::Responder;
using net::Response;

struct Named {
    AccountId id;
    std::shared_ptr<channels::CloudTemplates> templates;
};

// The account that the path names, if it has templates; otherwise the request is answered.
std::optional<Named> named(Application& app, Call& call) {
    const std::string name = call.path("account");
    const auto* entry = app.accounts().directory().find(name);
    if (!entry) {
        call.respond(not_found("there is no account \"" + name + "\": see `parley account list`"));
        return std::nullopt;
    }
    if (!entry->lines.templates) {
        call.respond(api::problem(make_error(
            Errc::unsupported, "only enabled cloud accounts have templates, and " + name + " is none of them")));
        return std::nullopt;
    }
    return Named{entry->account.id, entry->lines.templates};
}

json::object describe(const MessageTemplate& one) {
    return {{"id", one.id},
            {"name", one.name},
            {"language", one.language},
            {"status", one.status},
            {"category", one.category}};
}

db::TemplateRow to_row(const MessageTemplate& one) {
    return {one.name, one.language, one.status, one.category, one.raw};
}

// Writes with `body`, then answers; what Meta did has happened, whether it can be noted here or not.
void note(Application& app, Responder respond, Response answer, db::Pool::Body body) {
    app.database().run_async(
        app.loop(), std::move(body),
        [&app, answer = std::move(answer), respond = std::move(respond)](Result<void> ok) mutable {
            if (!ok) app.log().warn("templates.not_noted", {{"why", ok.error().message}});
            respond(std::move(answer));
        },
        db::Rerun::safe);
}

void list(Application& app, Call call) {
    const auto account = named(app, call);
    if (!account) return;
    account->templates->list_all([&app, held = account->templates, id = account->id, respond = std::move(call.respond)](
                                     Result<std::vector<MessageTemplate>> found) mutable {
        if (!found) return respond(api::problem(found.error()));
        json::array items;
        std::vector<db::TemplateRow> rows;
        for (const auto& one : *found) {
            items.push_back(describe(one));
            rows.push_back(to_row(one));
        }
        note(app, std::move(respond), page(std::move(items)),
             [id, rows = std::move(rows)](pqxx::work& tx) { db::replace_templates(tx, id, rows); });
    });
}

void create(Application& app, Call call) {
    const auto account = named(app, call);
    if (!account) return;
    const std::string body = json::serialize(call.body);
    account->templates->create(body,
                               [&app, held = account->templates, id = account->id, body, asked = std::move(call.body),
                                respond = std::move(call.respond)](Result<MessageTemplate> made) mutable {
                                   if (!made) return respond(api::problem(made.error()));
                                   // The answer has no more than id, status and category.
                                   MessageTemplate one = std::move(*made);
                                   one.name = text_in(asked, "name");
                                   one.language = text_in(asked, "language");
                                   one.raw = body;
                                   note(app, std::move(respond), answer(describe(one), 201),
                                        [id, row = to_row(one)](pqxx::work& tx) { db::write_template(tx, id, row); });
                               });
}

void remove(Application& app, Call call) {
    const auto account = named(app, call);
    if (!account) return;
    const std::string name = call.path("template");
    account->templates->remove(name, "",
                               [&app, held = account->templates, id = account->id, name,
                                respond = std::move(call.respond)](Result<void> removed) mutable {
                                   if (!removed) return respond(api::problem(removed.error()));
                                   note(app, std::move(respond), nothing_more(),
                                        [id, name](pqxx::work& tx) { db::forget_template(tx, id, name); });
                               });
}

}  // namespace

void add_template_operations(api::Gate& gate, Application& app) {
    bind(gate, app, "listTemplates", list);
    bind(gate, app, "createTemplate", create);
    bind(gate, app, "deleteTemplate", remove);
}

}  // namespace parley::app
