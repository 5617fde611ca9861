#include <boost/json.hpp>

#include "app/application.hpp"
#include "app/routes.hpp"
#include "channels/payload.hpp"
#include "channels/recipient.hpp"
#include "core/json_reader.hpp"
#include "db/store/repositories.hpp"
#include "services/plugin_json.hpp"

namespace parley::app {
namespace {

namespace json = boost::json;
using net::Request;
using net::Responder;
using net::Response;

int status_of(Errc code) {
    switch (code) {
        case Errc::invalid:
            return 400;
        case Errc::denied:
            return 403;
        case Errc::unauthorized:
            return 401;
        case Errc::not_found:
            return 404;
        case Errc::conflict:
            return 409;
        case Errc::too_large:
            return 413;
        case Errc::unsupported:
            return 422;
        case Errc::unavailable:
        case Errc::overloaded:
            return 503;
        case Errc::timeout:
            return 504;
        case Errc::gone:
            return 410;
        case Errc::internal:
            return 500;
    }
    return 500;
}

void status(Application& app, const Request&, Responder respond) {
    const auto handling = app.dispatcher().stats();
    const auto threads = app.handlers().stats();
    const auto journal = app.journal().stats();
    json::object state;
    state["version"] = PARLEY_VERSION;
    state["ready"] = app.ready();
    state["port"] = app.port();
    state["inbox"] = handling.waiting;
    state["running"] = handling.running;
    state["outbox"] = app.sender().waiting();
    state["sending"] = app.sender().sending();
    state["threads"] = threads.threads;
    state["threads_written_off"] = threads.written_off;
    state["last_letter"] = app.accounts().terminal().last_number();
    state["commits"] = journal.commits;
    state["operations"] = journal.operations;
    json::array accounts;
    for (const auto& account : app.sender().accounts())
        accounts.push_back({{"name", account.name}, {"halted", account.halted}, {"why", account.halted_because}});
    state["accounts"] = std::move(accounts);
    respond(Response::json(200, json::serialize(state)));
}

void list_plugins(Application& app, const Request&, Responder respond) {
    std::string body = "[";
    for (const auto& info : app.runtime().list()) body += (body.size() > 1 ? "," : "") + services::to_json(info);
    respond(Response::json(200, body + "]"));
}

void control_plugin(Application& app, const Request& request, Responder respond) {
    const auto action = plugins::Runtime::action_from(request.path_value("action"));
    if (!action) {
        respond(Response::problem(400, "invalid", "the actions are load, reload, unload, enable and disable"));
        return;
    }
    auto shared = std::make_shared<Responder>(std::move(respond));  // std::function wants to be copied
    app.runtime().request(*action, std::string(request.path_value("target")), [shared](Result<std::string> outcome) {
        (*shared)(outcome ? Response::json(200, json::serialize(json::object{{"outcome", *outcome}}))
                          : problem(outcome.error()));
    });
}

void chat(Application& app, Request request, Responder respond) {
    auto decoded = app.accounts().terminal().decode(request);
    if (!decoded) {
        respond(problem(decoded.error()));
        return;
    }
    for (auto& message : decoded->messages) {
        message.account = app.accounts().ids().terminal;
        app.accounts().terminal().open(message.chat);
    }
    app.intake().accept(
        "terminal", std::move(*decoded),
        [respond = std::move(respond)](pipeline::Intake::Outcome outcome, const std::string& why) mutable {
            respond(outcome == pipeline::Intake::Outcome::stored ? Response::json(200, R"({"stored":true})")
                                                                 : Response::problem(503, "unavailable", why));
        });
}

void letters(Application& app, const Request& request, Responder respond) {
    const std::string chat = request.query_value("chat").value_or("");
    const std::string after = request.query_value("after").value_or("0");
    app.accounts().terminal().fetch_letters(
        chat, std::strtoull(after.c_str(), nullptr, 10), std::chrono::seconds(20),
        [respond = std::move(respond)](const std::vector<channels::TerminalChannel::Letter>& found) mutable {
            json::array list;
            for (const auto& letter : found)
                list.push_back({{"number", letter.number},
                                {"kind", to_string(letter.kind)},
                                {"text", letter.text},
                                {"link", letter.link},
                                {"reply_to", letter.reply_to},
                                {"file", letter.file},
                                {"mime", letter.mime}});
            respond(Response::json(200, json::serialize(list)));
        });
}

// What to send, from {"to", "text", "account", "kind", "payload"}. A payload may be given as JSON or as text.
Result<Outbound> read_message(Application& app, const json::object& body) {
    const auto text = [&](const char* name) {
        const auto* value = body.if_contains(name);
        return value && value->is_string() ? std::string(value->as_string()) : std::string();
    };
    const auto entry = app.accounts().sending_account(text("account"));
    if (!entry) return entry.error();
    Outbound message;
    message.account = (*entry)->account.id;
    message.text = text("text");
    auto chat = channels::chat_id((*entry)->account.channel, text("to"));
    if (!chat) return chat.error();
    message.chat = std::move(*chat);
    const auto kind = outbound_kind_from(body.contains("kind") ? text("kind") : "text");
    if (!kind) return make_error(Errc::invalid, "there is no such kind of message");
    message.kind = *kind;
    if (message.kind == OutboundKind::text) {
        if (message.text.empty()) return make_error(Errc::invalid, "there is nothing to send: the text is empty");
        return message;
    }
    const auto* payload = body.if_contains("payload");
    auto checked = channels::check_payload(message.kind, !payload               ? std::string()
                                                         : payload->is_string() ? std::string(payload->as_string())
                                                                                : json::serialize(*payload));
    if (!checked) return checked.error();
    message.payload = std::move(*checked);
    return message;
}

void send(Application& app, const Request& request, Responder respond) {
    const auto parsed = parse_json(request.body);
    if (!parsed || !parsed->is_object())
        return respond(problem(parsed ? make_error(Errc::invalid, "the body must be an object") : parsed.error()));
    auto message = read_message(app, parsed->as_object());
    if (!message) return respond(problem(message.error()));
    auto id = std::make_shared<MessageId>(0);
    *id = app.sender().enqueue(std::move(*message), [id, respond = std::move(respond)](Result<void> written) mutable {
        respond(written ? Response::json(200, json::serialize(json::object{{"id", *id}})) : problem(written.error()));
    });
}

// Runs `body` on a database thread and answers with what it made.
void from_database(Application& app, Responder respond, std::function<Response(pqxx::work&)> body) {
    auto answer = std::make_shared<Response>();
    app.database().run_async(
        app.loop(), [answer, body = std::move(body)](pqxx::work& tx) { *answer = body(tx); },
        [answer, respond = std::move(respond)](Result<void> done) mutable {
            respond(done ? std::move(*answer) : problem(done.error()));
        });
}

void message_state(Application& app, const Request& request, Responder respond) {
    const auto id = std::strtoll(std::string(request.path_value("id")).c_str(), nullptr, 10);
    from_database(app, std::move(respond), [id](pqxx::work& tx) {
        const auto state = db::read_message_state(tx, id);
        if (!state) return Response::problem(404, "not_found", "there is no message of that id");
        return Response::json(200, json::serialize(json::object{{"status", state->first}, {"error", state->second}}));
    });
}

void dead_letters(Application& app, const Request&, Responder respond) {
    from_database(app, std::move(respond), [](pqxx::work& tx) {
        json::array list;
        for (const auto& letter : db::list_dead_letters(tx, 200))
            list.push_back({{"id", letter.id},
                            {"kind", letter.kind},
                            {"reason", letter.reason},
                            {"content", letter.content},
                            {"created_at", letter.created_at}});
        return Response::json(200, json::serialize(list));
    });
}

// A body that a newer version may understand goes through its account's channel once more; without its signature, which
// was checked then.
void replay_webhook(Application& app, MessageId id, db::BuriedWebhook webhook, Responder respond) {
    const auto* entry = app.accounts().directory().find(webhook.account);
    if (!entry) {
        respond(problem(
            make_error(Errc::conflict, "this webhook belongs to no account of this host: nobody here can read it")));
        return;
    }
    const auto& channel = entry->channel();
    Request request;
    request.body = std::move(webhook.raw);
    auto decoded = channel.decode(request);
    if (!decoded) {
        respond(problem(decoded.error()));
        return;
    }
    // A body without ids of its own gets them from the letter: requeued twice it is handled once all the same.
    int number = 0;
    for (auto& message : decoded->messages)
        if (message.provider_id.empty())
            message.provider_id = "letter:" + std::to_string(id) + ":" + std::to_string(number++);
    app.intake().accept(
        channel.name(), std::move(*decoded),
        [&app, id, respond = std::move(respond)](pipeline::Intake::Outcome outcome, const std::string& why) mutable {
            if (outcome != pipeline::Intake::Outcome::stored) {
                respond(Response::problem(503, "unavailable", why));
                return;
            }
            from_database(app, std::move(respond), [id](pqxx::work& tx) {
                db::forget_webhook(tx, id);
                return Response::json(200, R"({"requeued":true})");
            });
        });
}

void requeue(Application& app, const Request& request, Responder respond) {
    const auto id = std::strtoll(std::string(request.path_value("id")).c_str(), nullptr, 10);
    struct Found {
        bool requeued = false;
        std::optional<db::BuriedWebhook> webhook;
    };
    auto found = std::make_shared<Found>();
    app.database().run_async(
        app.loop(),
        [found, id](pqxx::work& tx) {
            found->requeued = db::requeue(tx, id);
            if (!found->requeued) found->webhook = db::read_webhook(tx, id);
        },
        [&app, id, found, respond = std::move(respond)](Result<void> done) mutable {
            if (!done) {
                respond(problem(done.error()));
            } else if (found->webhook) {
                replay_webhook(app, id, std::move(*found->webhook), std::move(respond));
            } else if (found->requeued) {
                app.dispatcher().recover();
                app.sender().recover();
                respond(Response::json(200, R"({"requeued":true})"));
            } else {
                respond(Response::problem(404, "not_found", "there is no dead letter of that id"));
            }
        });
}

void file(Application& app, const Request& request, Responder respond) {
    auto shared = std::make_shared<Responder>(std::move(respond));
    const std::string reference(request.path_value("reference"));
    const bool taken = app.workers().submit([&app, shared, reference] {
        const auto content = app.media().read(reference);
        auto response = content ? Response::text(200, *content) : problem(content.error());
        if (content) response.headers.set("Content-Type", "application/octet-stream");
        (*shared)(std::move(response));
    });
    if (!taken) (*shared)(Response::problem(503, "overloaded", "too many files are being read"));
}

}  // namespace

Response problem(const Error& error) {
    return Response::problem(status_of(error.code), to_string(error.code), error.message);
}

void add_control_routes(net::Router& router, Application& app) {
    net::RouteLimits local;
    local.local_only = true;
    const auto add = [&](const char* method, const char* pattern, auto function) {
        router.add(
            method, pattern,
            [&app, function](Request request, Responder respond) {
                function(app, std::move(request), std::move(respond));
            },
            local);
    };
    add("GET", "/control/status", status);
    add("GET", "/control/plugins", list_plugins);
    add("POST", "/control/plugins/{action}/{target}", control_plugin);
    add("POST", "/control/chat", chat);
    add("GET", "/control/chat/letters", letters);
    add("GET", "/control/files/{reference}", file);
    add("POST", "/control/send", send);
    add("GET", "/control/messages/{id}", message_state);
    add("GET", "/control/dead-letters", dead_letters);
    add("POST", "/control/dead-letters/{id}/requeue", requeue);
    add_account_routes(router, app);
    add_campaign_routes(router, app);
    add_takeover_routes(router, app);
    add_template_routes(router, app);
}

}  // namespace parley::app
