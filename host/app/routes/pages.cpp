#include "app/routes/pages.hpp"

#include "app/application.hpp"

namespace parley::app {
namespace {

using net::Request;
using net::Responder;
using net::Response;

std::string escaped(std::string_view text) {
    std::string out;
    for (const char c : text) {
        switch (c) {
            case '&':
                out += "&amp;";
                break;
            case '<':
                out += "&lt;";
                break;
            case '>':
                out += "&gt;";
                break;
            case '"':
                out += "&quot;";
                break;
            case '\'':
                out += "&#39;";
                break;
            default:
                out += c;
        }
    }
    return out;
}

Response page(int status, const std::string& title, const std::string& body) {
    auto response = Response::html(
        status, "<!doctype html><html lang=\"en\"><meta charset=\"utf-8\"><title>" + escaped(title) +
                    "</title><meta name=\"viewport\" content=\"width=device-width\">"
                    "<style>body{font:16px/1.5 system-ui,sans-serif;max-width:60rem;margin:3rem auto;padding:0 1rem}"
                    "td,th{padding:.2rem 1rem .2rem 0;text-align:left;vertical-align:top}"
                    "code{background:#8882;padding:.1rem .3rem;border-radius:.2rem}</style><h1>" +
                    escaped(title) + "</h1>" + body + "</html>");
    response.headers.set("Content-Security-Policy",
                         "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'; base-uri 'none'");
    response.headers.set("Referrer-Policy", "no-referrer");
    response.headers.set("Cache-Control", "no-store");
    return response;
}

Response front_page(Application& app) {
    std::string commands;
    for (const auto& command : app.runtime().commands()) {
        if (command.internal || command.admin) continue;
        commands += "<tr><td><code>/" + escaped(command.name) + "</code></td><td>" + escaped(command.description) +
                    "</td></tr>";
    }
    return page(
        200, "Parley is running",
        "<p>Version " PARLEY_VERSION ". It " +
            std::string(app.ready() ? "takes messages." : "is not ready; see <a href=\"/health/ready\">why</a>.") +
            "</p><p>Talk to it: <code>parley chat</code>, or point your WhatsApp gateway's webhook at "
            "<code>/api/whatsapp</code>.</p><h2>Commands</h2><table>" +
            commands +
            "</table><p><a href=\"/admin\">admin</a> &middot; <a href=\"/health/ready\">health</a> &middot; "
            "<a href=\"/metrics\">metrics</a></p>");
}

std::string cookie_of(const Request& request) {
    const std::string_view cookies = request.headers.get("Cookie");
    constexpr std::string_view name = "parley_session=";
    const auto begin = cookies.find(name);
    if (begin == std::string_view::npos || (begin > 0 && cookies[begin - 1] != ' ')) return "";
    const auto value = cookies.substr(begin + name.size());
    return std::string(value.substr(0, value.find(';')));
}

Response admin_page(Application& app) {
    std::string plugins, accounts;
    for (const auto& plugin : app.runtime().list())
        plugins += "<tr><td>" + escaped(plugin.id) + "</td><td>" + escaped(plugin.version) + "</td><td>" +
                   plugins::to_string(plugin.state) + "</td><td>" + std::to_string(plugin.generation) + "</td><td>" +
                   std::to_string(plugin.calls) + "</td><td>" + std::to_string(plugin.failures) + "</td><td>" +
                   escaped(plugin.error) + "</td></tr>";
    for (const auto& account : app.sender().accounts())
        accounts += "<tr><td>" + escaped(account.name) + "</td><td>" + (account.halted ? "halted" : "sends") +
                    "</td><td>" + std::to_string(account.sending + account.ready) + "</td><td>" +
                    escaped(account.halted_because) + "</td></tr>";
    const auto handling = app.dispatcher().stats();
    return page(
        200, "Parley: how it stands",
        "<p>" + std::string(app.ready() ? "Ready." : "Not ready: the database is away.") + " Inbox " +
            std::to_string(handling.waiting) + ", handlers at work " + std::to_string(handling.running) + ", outbox " +
            std::to_string(app.sender().waiting()) +
            ".</p><h2>Plugins</h2><table><tr><th>Plugin<th>Version<th>State<th>Load<th>Calls<th>Failed<th>Error</tr>" +
            plugins + "</table><h2>Accounts</h2><table><tr><th>Account<th>State<th>Waiting<th>Reason</tr>" + accounts +
            "</table><p>Change things with <code>parley plugin</code>, <code>parley dead</code>, or as an admin in "
            "a chat: <code>/admin help</code>.</p>");
}

// The code on the link for a token, which the browser keeps as a cookie.
void sign_in(Application& app, const Request& request, Responder respond) {
    if (!app.people().sign_in_code().spend(request.query_value("code").value_or("")))
        return respond(page(403, "This code is not valid",
                            "<p>A sign-in code works once. Restart <code>parley serve</code> to get a new one.</p>"));
    app.people().people().sign_in_operator(
        {request.remote, std::string(request.headers.get("User-Agent")), request.local},
        [&app, respond = std::move(respond)](auth::Outcome<auth::People::SignedIn> signed_in) mutable {
            if (!signed_in)
                return respond(page(signed_in.error().error.code == Errc::unauthorized ? 403 : 503,
                                    "You cannot sign in now",
                                    "<p>" + escaped(signed_in.error().error.message) + "</p>"));
            auto response = page(303, "Signed in", "<p><a href=\"/admin\">Go on</a></p>");
            response.headers.set("Location", "/admin");
            response.headers.set("Set-Cookie", "parley_session=" + signed_in->token.reveal() +
                                                   "; Max-Age=" + std::to_string(signed_in->lifetime.count()) +
                                                   "; Path=/; HttpOnly; SameSite=Strict" +
                                                   (app.configuration().tls_certificate.empty() ? "" : "; Secure"));
            respond(std::move(response));
        });
}

// The cookie opens this page alone: /api/v1 wants a header, which no page of another site can make a browser send.
void show_admin(Application& app, const Request& request, Responder respond) {
    Request asked;
    asked.remote = request.remote;
    if (const auto token = cookie_of(request); auth::token_kind(token))
        asked.headers.set("Authorization", "Bearer " + token);
    app.people().authenticator().authenticate(
        asked, [&app, respond = std::move(respond)](const auth::Authenticator::Answer& who) mutable {
            if (who.unavailable) return respond(page(503, "The database is away", "<p>Try again in a moment.</p>"));
            if (who.wait.count() > 0) return respond(page(429, "Wait a moment", "<p>Then try again.</p>"));
            if (!who.principal)
                return respond(
                    page(401, "Sign in first",
                         "<p>Open the sign-in address that <code>parley serve</code> printed when it started.</p>"));
            if (who.principal->role != auth::Role::admin)
                return respond(page(403, "For admins alone", "<p>Your role does not reach so far.</p>"));
            respond(admin_page(app));
        });
}

}  // namespace

void add_pages(net::Router& router, Application& app) {
    router.add("GET", "/", [&app](const Request&, Responder respond) { respond(front_page(app)); });
    router.add("GET", "/sign-in",
               [&app](const Request& request, Responder respond) { sign_in(app, request, std::move(respond)); });
    router.add("GET", "/admin",
               [&app](const Request& request, Responder respond) { show_admin(app, request, std::move(respond)); });
}

}  // namespace parley::app
