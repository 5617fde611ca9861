// The terminal of `parley chat`, through the control socket only.

#include <algorithm>
#include <boost/json.hpp>

#include "app/api/operations.hpp"
#include "app/routes/routes.hpp"

namespace parley::app {
namespace {

namespace json = boost::json;
using net::Request;
using net::Responder;
using net::Response;

// The number of the last letter: what is said later comes after it.
void last_letter(Application& app, const Request&, Responder respond) {
    respond(answer(json::object{{"last", app.accounts().terminal().last_number()}}));
}

void chat(Application& app, Request request, Responder respond) {
    auto decoded = app.accounts().terminal().decode(request);
    if (!decoded) {
        respond(api::problem(decoded.error()));
        return;
    }
    for (auto& message : decoded->messages) {
        message.account = app.accounts().ids().terminal;
        app.accounts().terminal().open(message.chat);
    }
    app.intake().accept(
        "terminal", std::move(*decoded),
        [respond = std::move(respond)](pipeline::Intake::Outcome outcome, const std::string& why) mutable {
            respond(outcome == pipeline::Intake::Outcome::stored ? answer(json::object{{"stored", true}})
                                                                 : api::problem(503, "unavailable", why));
        });
}

void letters(Application& app, const Request& request, Responder respond) {
    const std::string chat = request.query_value("chat").value_or("");
    const std::string after = request.query_value("after").value_or("0");
    const auto patience = std::strtoul(request.query_value("patience_ms").value_or("20000").c_str(), nullptr, 10);
    app.accounts().terminal().fetch_letters(
        chat, std::strtoull(after.c_str(), nullptr, 10), std::chrono::milliseconds(std::min(patience, 20'000UL)),
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
            respond(answer(list));
        });
}

void file(Application& app, const Request& request, Responder respond) {
    auto shared = std::make_shared<Responder>(std::move(respond));
    const std::string reference(request.path_value("reference"));
    const bool taken = app.workers().submit([&app, shared, reference] {
        const auto content = app.media().read(reference);
        auto response = content ? Response::text(200, *content) : api::problem(content.error());
        if (content) response.headers.set("Content-Type", "application/octet-stream");
        (*shared)(std::move(response));
    });
    if (!taken) (*shared)(api::problem(503, "overloaded", "too many files are being read"));
}

}  // namespace

void add_terminal_routes(net::Router& router, Application& app) {
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
    add("GET", "/control/chat", last_letter);
    add("POST", "/control/chat", chat);
    add("GET", "/control/chat/letters", letters);
    add("GET", "/control/files/{reference}", file);
}

}  // namespace parley::app
