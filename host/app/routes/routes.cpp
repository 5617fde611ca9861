#include "app/routes/routes.hpp"

#include <boost/json.hpp>

#include "api/problem.hpp"
#include "app/application.hpp"
#include "app/routes/pages.hpp"
#include "channels/support/answers.hpp"
#include "channels/support/decode.hpp"
#include "db/store/audit.hpp"

namespace parley::app {
namespace {

namespace json = boost::json;
using net::Request;
using net::Responder;
using net::Response;

Response support_unauthorized() {
    return Response::problem(401, "unauthorized", "a bearer token is required");
}

void support_webhook(Application& app, Request request, Responder respond) {
    if (!app.accounts().support().verify(request)) {
        respond(support_unauthorized());
        return;
    }
    auto message = channels::decode_support_webhook(request.body, unix_now());
    if (!message) {
        respond(channels::support_invalid_payload());
        return;
    }
    channels::Decoded decoded;
    decoded.messages.push_back(channels::to_inbound(*message, request.body, app.accounts().ids().support));
    app.intake().accept("support", std::move(decoded),
                        [respond = std::move(respond), message = std::move(*message)](pipeline::Intake::Outcome outcome,
                                                                                      const std::string& why) mutable {
                            respond(outcome == pipeline::Intake::Outcome::stored ? channels::support_received(message)
                                                                                 : come_again(why));
                        });
}

// Its token is a key like others.
void note_sent(Application& app, const std::string& remote) {
    app.database().run_async(
        app.loop(),
        [remote](pqxx::work& tx) {
            db::write_audit(tx, {"api_key", 0, "SUPPORT_TOKEN", remote},
                            {"sendMessage", "/api/send-message/", "", "", 201});
        },
        [log = app.log()](const Result<void>& written) {
            if (!written) log.warn("audit.not_written", {{"why", written.error().message}});
        });
}

void support_send(Application& app, Request request, Responder respond) {
    if (!app.accounts().support().verify(request)) {
        respond(support_unauthorized());
        return;
    }
    auto message = channels::decode_support_send(request.body, unix_now());
    if (!message) {
        respond(channels::support_invalid_payload());
        return;
    }
    // On a line of its own: beside the closure that takes the message along it might find nothing left of it.
    auto outbound = channels::to_outbound(*message, app.accounts().ids().support);
    app.sender().enqueue(std::move(outbound), [&app, remote = request.remote, respond = std::move(respond),
                                               message = std::move(*message)](Result<void> written) mutable {
        if (!written) return respond(come_again(written.error().message));
        respond(channels::support_sent(message));
        note_sent(app, remote);
    });
}

void ready(Application& app, const Request&, Responder respond) {
    json::object state;
    const bool ok = app.ready();
    state["ready"] = ok;
    state["database"] = app.journal().healthy() ? "ok" : "away";
    json::array halted;
    for (const auto& account : app.sender().accounts())
        if (account.halted) halted.emplace_back(account.name + ": " + account.halted_because);
    state["halted_accounts"] = halted;
    respond(Response::json(ok ? 200 : 503, json::serialize(state)));
}

void set_connection_metrics(Metrics& metrics, const net::Server::Counters& now) {
    const auto set = [&](const char* name, const char* help, std::uint64_t value) {
        metrics.gauge(name, help).set(static_cast<double>(value));
    };
    set("parley_connections", "Open connections, WebSockets and event streams among them", now.connections_open);
    set("parley_websockets", "Open WebSockets", now.websockets_open);
    set("parley_websocket_messages_in", "Messages that came over WebSockets so far", now.websocket_messages_in);
    set("parley_websocket_messages_out", "Messages that went over WebSockets so far", now.websocket_messages_out);
    set("parley_websockets_slow", "WebSockets closed because they did not read", now.websockets_slow);
    set("parley_event_streams", "Open event streams", now.event_streams_open);
    set("parley_event_streams_slow", "Event streams ended because they were not read", now.event_streams_slow);
}

// Gauges are read when somebody looks.
std::string metrics_text(Application& app) {
    auto& metrics = app.metrics();
    const auto set = [&](const char* name, const char* help, double value) { metrics.gauge(name, help).set(value); };
    const auto handling = app.dispatcher().stats();
    const auto threads = app.handlers().stats();
    set("parley_inbox_in_memory", "Inbound messages in memory, waiting or at work",
        static_cast<double>(handling.waiting));
    set("parley_outbox_in_memory", "Outbound messages in memory", static_cast<double>(app.sender().waiting()));
    set("parley_sends_in_flight", "Sends on their way", static_cast<double>(app.sender().sending()));
    set("parley_handler_threads", "Threads of the handler pool", threads.threads);
    set("parley_handler_threads_written_off", "Threads given up with their overdue handlers", threads.written_off);
    const auto files = app.files().state();
    set("parley_media_files", "Files in the media store, as of the last sweep", static_cast<double>(files.files));
    set("parley_media_bytes", "Bytes of them", static_cast<double>(files.bytes));
    set("parley_media_downloads_running", "Files being fetched",
        static_cast<double>(app.files().downloads().running()));
    set("parley_room_sockets", "WebSockets that listen in rooms", static_cast<double>(app.people().hub().sockets()));
    set("parley_loop_lag_seconds", "How late the I/O thread is", app.loop().lag_ms() / 1000);
    set("parley_database_up", "1 while the database answers", app.journal().healthy() ? 1 : 0);
    set_connection_metrics(metrics, app.server().counters());
    const auto journal = app.journal().stats();
    set("parley_commits", "Group commits so far", static_cast<double>(journal.commits));
    set("parley_committed_operations", "Operations in them", static_cast<double>(journal.operations));
    for (const auto& plugin : app.runtime().list()) {
        metrics.gauge("parley_plugin_calls", "Calls of a plugin's hooks", {{"plugin", plugin.id}})
            .set(static_cast<double>(plugin.calls));
        metrics.gauge("parley_plugin_failures", "Calls that failed", {{"plugin", plugin.id}})
            .set(static_cast<double>(plugin.failures));
        metrics.gauge("parley_plugin_generation", "Which load of the plugin serves", {{"plugin", plugin.id}})
            .set(static_cast<double>(plugin.generation));
        metrics.gauge("parley_plugin_serving", "1 while its commands are there", {{"plugin", plugin.id}})
            .set(plugin.state == plugins::State::serving ? 1 : 0);
        metrics.gauge("parley_plugin_pinned", "Retired generations that stay mapped", {{"plugin", plugin.id}})
            .set(plugin.pinned);
    }
    for (const auto& account : app.sender().accounts())
        metrics.gauge("parley_account_halted", "1 while an account cannot send", {{"account", account.name}})
            .set(account.halted ? 1 : 0);
    return metrics.text();
}

}  // namespace

Response problem(const Error& error) {
    return Response::problem(api::status_of(error.code), to_string(error.code), error.message);
}

Response come_again(const std::string& why) {
    auto response = Response::problem(503, "unavailable", why);
    response.headers.set("Retry-After", "2");
    return response;
}

net::Router make_router(Application& app) {
    net::Router router;
    const auto with = [&app](auto function) {
        return [&app, function](Request request, Responder respond) {
            function(app, std::move(request), std::move(respond));
        };
    };

    add_pages(router, app);
    const auto live = [](const Request&, Responder respond) { respond(Response::json(200, R"({"live":true})")); };
    router.add("GET", "/health", with(ready));
    router.add("GET", "/health/live", live);
    router.add("GET", "/health/ready", with(ready));
    router.add("GET", "/metrics", [&app](const Request&, Responder respond) {
        auto response = Response::text(200, metrics_text(app));
        response.headers.set("Content-Type", "text/plain; version=0.0.4; charset=utf-8");
        respond(std::move(response));
    });
    add_webhook_routes(router, app);
    add_hook_routes(router, app);
    add_media_routes(router, app);
    router.add("POST", "/api/webhook/", with(support_webhook));
    router.add("POST", "/api/send-message/", with(support_send));
    add_terminal_routes(router, app);
    app.api().open(router, app);
    add_people_routes(router, app);
    add_room_routes(router, app);
    return router;
}

}  // namespace parley::app
