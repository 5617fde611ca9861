// Where providers knock. Every account has a URL of its own, /webhooks/<channel>/<account>; the older ones, which
// several accounts share, find theirs by signature.

#include "app/application.hpp"
#include "app/routes/routes.hpp"

namespace parley::app {
namespace {

using net::Request;
using net::Responder;
using net::Response;
using pipeline::Intake;

constexpr std::size_t webhook_body = 4u << 20;  // Meta's batches have up to 3 MB; all others are far smaller

Response answer_of(const channels::Channel& channel, Intake::Outcome outcome, const std::string& why) {
    switch (outcome) {
        case Intake::Outcome::stored:
        case Intake::Outcome::buried:
            return channel.accepted();
        case Intake::Outcome::unauthorized:
            return Response::problem(401, "unauthorized", "signature required");
        case Intake::Outcome::unavailable:
            break;
    }
    return come_again(why);
}

void take(Application& app, const accounts::Entry& entry, Request request, Responder respond) {
    const auto channel = entry.lines.channel;
    app.intake().webhook(*channel, entry.account.id, std::move(request),
                         [&app, id = entry.account.id, channel, respond = std::move(respond)](
                             Intake::Outcome outcome, const std::string& why) mutable {
                             // Some providers never bring it again.
                             if (outcome == Intake::Outcome::unavailable) app.accounts().catch_up_soon(id);
                             respond(answer_of(*channel, outcome, why));
                         });
}

// What is wrong with the token, and whether there is one at all, is for the operator alone.
Response answer_of(Application& app, std::string_view channel, const Request& request,
                   const Result<std::string>& handshake) {
    if (handshake) return Response::text(200, *handshake);
    const auto& why = handshake.error();
    if (why.code == Errc::not_found) return Response::problem(404, "not_found", why.message);
    app.log().warn("webhook.verification_refused",
                   {{"channel", channel}, {"remote", request.remote}, {"why", why.message}});
    return Response::problem(403, "forbidden",
                             why.code == Errc::invalid ? why.message : "the verification token is missing or wrong");
}

const accounts::Entry* entry_of(Application& app, const Request& request) {
    const auto* entry = app.accounts().directory().find(request.path_value("account"));
    const bool reachable = entry && !accounts::fields_of(entry->account.channel).empty();
    return reachable && entry->account.channel == request.path_value("channel") ? entry : nullptr;
}

Response no_account() {
    return Response::problem(404, "not_found", "there is no account of that name on this channel");
}

void own_webhook(Application& app, Request request, Responder respond) {
    const auto* entry = entry_of(app, request);
    if (!entry) return respond(no_account());
    take(app, *entry, std::move(request), std::move(respond));
}

void own_handshake(Application& app, const Request& request, Responder respond) {
    const auto* entry = entry_of(app, request);
    if (!entry) return respond(no_account());
    respond(answer_of(app, entry->account.channel, request, entry->channel().handshake(request)));
}

// Nothing in the body is for somebody else.
bool claims(const channels::Channel& channel, const Request& request) {
    const auto decoded = channel.decode(request);
    return decoded && decoded->unclaimed.empty();
}

// One URL for all accounts of a channel: the one whose secret made the signature takes it. Numbers of one customer may
// share a secret: then the first that the body is for.
auto shared_webhook(std::string channel) {
    return [channel](Application& app, Request request, Responder respond) {
        const auto entries = app.accounts().directory().of_channel(channel);
        if (entries.empty())
            return respond(Response::problem(404, "not_found", "no " + channel + " account is configured here"));
        const accounts::Entry* taker = nullptr;
        for (const auto* entry : entries) {
            if (!entry->channel().verify(request)) continue;
            if (!taker) taker = entry;
            if (entries.size() == 1 || !claims(entry->channel(), request)) continue;
            taker = entry;
            break;
        }
        take(app, taker ? *taker : *entries.front(), std::move(request), std::move(respond));
    };
}

auto shared_handshake(std::string channel) {
    return [channel](Application& app, const Request& request, Responder respond) {
        const auto entries = app.accounts().directory().of_channel(channel);
        if (entries.empty())
            return respond(Response::problem(404, "not_found", "no " + channel + " account is configured here"));
        auto handshake = entries.front()->channel().handshake(request);
        for (const auto* entry : entries)
            if (!handshake) handshake = entry->channel().handshake(request);
        respond(answer_of(app, channel, request, handshake));
    };
}

void gateway_webhook(Application& app, Request request, Responder respond) {
    take(app, *app.accounts().directory().find(app.accounts().ids().gateway), std::move(request), std::move(respond));
}

}  // namespace

void add_webhook_routes(net::Router& router, Application& app) {
    net::RouteLimits limits;
    limits.max_body = webhook_body;
    const auto add = [&](const char* method, const std::string& pattern, auto function) {
        router.add(
            method, pattern,
            [&app, function](Request request, Responder respond) {
                function(app, std::move(request), std::move(respond));
            },
            limits);
    };
    router.add("GET", "/api/whatsapp", [](const Request&, Responder respond) {
        respond(Response::json(200, R"({"message": "Authorization required."})"));
    });
    add("POST", "/api/whatsapp", gateway_webhook);
    for (const auto& [channel, older] : {std::pair("cloud", "/whatsapp/webhook"), std::pair("twilio", "/webhook")})
        for (const std::string& route : {std::string(older), std::string("/webhooks/") + channel}) {
            add("GET", route, shared_handshake(channel));
            add("POST", route, shared_webhook(channel));
        }
    add("GET", "/webhooks/{channel}/{account}", own_handshake);
    add("POST", "/webhooks/{channel}/{account}", own_webhook);
}

}  // namespace parley::app
