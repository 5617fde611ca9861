// Message templates of cloud accounts: asked of Meta, and kept in table `templates`.

#include <boost/json.hpp>

#include "app/application.hpp"
#include "app/routes.hpp"
#include "core/json_reader.hpp"
#include "db/store/campaigns.hpp"

namespace parley::app {
namespace {

namespace json = boost::json;
using channels::MessageTemplate;
using net::Request;
using net::Responder;
using net::Response;

struct Named {
    AccountId id;
    std::shared_ptr<channels::CloudTemplates> templates;
};

// The account that the path names, if it has templates; otherwise the request is answered.
std::optional<Named> named(Application& app, const Request& request, Responder& respond) {
    const std::string name(request.path_value("name"));
    const auto* entry = app.accounts().directory().find(name);
    if (!entry) {
        respond(
            problem(make_error(Errc::not_found, "there is no account \"" + name + "\": see `parley account list`")));
        return std::nullopt;
    }
    if (!entry->lines.templates) {
        respond(problem(make_error(Errc::unsupported,
                                   "only enabled cloud accounts have templates, and " + name + " is none of them")));
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
void note(Application& app, Responder respond, std::string answer, db::Pool::Body body) {
    app.database().run_async(
        app.loop(), std::move(body),
        [&app, answer = std::move(answer), respond = std::move(respond)](Result<void> ok) mutable {
            if (!ok) app.log().warn("templates.not_noted", {{"why", ok.error().message}});
            respond(Response::json(200, std::move(answer)));
        },
        db::Rerun::safe);
}

void list(Application& app, const Request& request, Responder respond) {
    const auto account = named(app, request, respond);
    if (!account) return;
    account->templates->list_all([&app, held = account->templates, id = account->id,
                                  respond = std::move(respond)](Result<std::vector<MessageTemplate>> found) mutable {
        if (!found) return respond(problem(found.error()));
        json::array answer;
        std::vector<db::TemplateRow> rows;
        for (const auto& one : *found) {
            answer.push_back(describe(one));
            rows.push_back(to_row(one));
        }
        note(app, std::move(respond), json::serialize(answer),
             [id, rows = std::move(rows)](pqxx::work& tx) { db::replace_templates(tx, id, rows); });
    });
}

void create(Application& app, const Request& request, Responder respond) {
    const auto account = named(app, request, respond);
    if (!account) return;
    account->templates->create(request.body, [&app, held = account->templates, id = account->id, body = request.body,
                                              respond = std::move(respond)](Result<MessageTemplate> made) mutable {
        if (!made) return respond(problem(made.error()));
        // The answer has no more than id, status and category.
        JsonProblem ignored;
        const auto asked = parse_json(body);
        MessageTemplate one = std::move(*made);
        one.name = JsonReader(*asked, ignored)["name"].string_or("");
        one.language = JsonReader(*asked, ignored)["language"].string_or("");
        one.raw = body;
        note(app, std::move(respond), json::serialize(describe(one)),
             [id, row = to_row(one)](pqxx::work& tx) { db::write_template(tx, id, row); });
    });
}

void remove(Application& app, const Request& request, Responder respond) {
    const auto account = named(app, request, respond);
    if (!account) return;
    const std::string name(request.path_value("template"));
    account->templates->remove(name, "",
                               [&app, held = account->templates, id = account->id, name,
                                respond = std::move(respond)](Result<void> removed) mutable {
                                   if (!removed) return respond(problem(removed.error()));
                                   note(app, std::move(respond), R"({"deleted":true})",
                                        [id, name](pqxx::work& tx) { db::forget_template(tx, id, name); });
                               });
}

}  // namespace

void add_template_routes(net::Router& router, Application& app) {
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
    route("GET", "/control/accounts/{name}/templates", list);
    route("POST", "/control/accounts/{name}/templates", create);
    route("POST", "/control/accounts/{name}/templates/{template}/delete", remove);
}

}  // namespace parley::app
