// POST /hooks/{plugin}: outside systems post to plugins. Answered when it is committed.
#include "pipeline/hooks.hpp"
#include "app/application.hpp"
#include "app/routes/routes.hpp"

namespace parley::app {
namespace {

using net::Request;
using net::Responder;
using net::Response;

// Why this plugin cannot take it now, if so.
std::optional<Response> refusal(Application& app, const std::string& plugin) {
    const auto lease = app.runtime().find_plugin(plugin);
    if (!lease) return come_again("the plugin " + plugin + " is not loaded");
    if (!lease.hooks().hook) return Response::problem(404, "not_found", "the plugin " + plugin + " takes no posts");
    return std::nullopt;
}

void take(Application& app, const std::string& plugin, const Request& request, Response accepted, Responder respond) {
    const auto secret = app.settings().get(pipeline::hook_secret_setting(plugin));
    if (const auto proved = pipeline::check_hook_secret(request, secret); !proved) {
        app.log().warn("hook.refused",
                       {{"plugin", plugin}, {"remote", request.remote}, {"why", proved.error().message}});
        return respond(problem(proved.error()));
    }
    if (auto refused = refusal(app, plugin)) return respond(std::move(*refused));
    const auto sender = app.accounts().sending_account(request.query_value("account").value_or(""));
    if (!sender) return respond(problem({sender.error().code, sender.error().message + ": ?account=NAME"}));
    const AccountId account = (*sender)->account.id;
    auto message = pipeline::read_hook(request, plugin, request.path_value("path"), account);
    if (!message) return respond(problem(message.error()));
    channels::Decoded decoded;
    decoded.messages.push_back(std::move(*message));
    app.intake().accept(app.intake().channel_name(account), std::move(decoded),
                        [accepted = std::move(accepted), respond = std::move(respond)](
                            pipeline::Intake::Outcome outcome, const std::string& why) mutable {
                            const bool stored = outcome == pipeline::Intake::Outcome::stored;
                            respond(stored ? std::move(accepted) : come_again(why));
                        });
}

}  // namespace

void add_hook_routes(net::Router& router, Application& app) {
    const auto hook = [&app](const Request& request, Responder respond) {
        take(app, std::string(request.path_value("plugin")), request, Response::json(202, R"({"status":"accepted"})"),
             std::move(respond));
    };
    router.add("POST", "/hooks/{plugin}", hook);
    router.add("POST", "/hooks/{plugin}/{path}", hook);
    // The older name of one hook, with the answers it has always given.
    router.add("GET", "/api/classroom", [](const Request&, Responder respond) {
        respond(Response::json(200, R"({"message": "Authorization required."})"));
    });
    router.add("POST", "/api/classroom", [&app](const Request& request, Responder respond) {
        take(app, "classroom", request,
             Response::json(200, R"({"statusCode": 200, "message": "Notification sent successfully."})"),
             std::move(respond));
    });
}

}  // namespace parley::app
