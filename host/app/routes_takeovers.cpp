// Chats in which a human answers.
#include <boost/json.hpp>

#include "app/application.hpp"
#include "app/routes.hpp"
#include "channels/recipient.hpp"
#include "core/json_reader.hpp"

namespace parley::app {
namespace {

namespace json = boost::json;
using net::Request;
using net::Responder;
using net::Response;

constexpr std::size_t most_listed = 10'000;
constexpr double most_hours = 8'760;
constexpr double hour_ms = 3'600'000;

struct Asked {
    AccountId account = 0;
    std::string chat, by;
    UnixMillis ends = 0;
};

Result<Asked> read_asked(Application& app, const Request& request) {
    const auto parsed = parse_json(request.body);
    if (!parsed) return parsed.error();
    JsonProblem problem;
    const JsonReader body(*parsed, problem);
    const auto entry = app.accounts().sending_account(body["account"].string_or(""));
    if (!entry) return entry.error();
    Asked asked;
    asked.account = (*entry)->account.id;
    auto chat = channels::chat_id((*entry)->account.channel, body["chat"].string_or(""));
    if (!chat) return chat.error();
    asked.chat = std::move(*chat);
    asked.by = body["by"].string_or("cli");
    const double hours = std::strtod(body["hours"].text_or("0").c_str(), nullptr);
    if (!(hours >= 0 && hours <= most_hours))
        return make_error(Errc::invalid, "hours must be a number from 0 (until it is given back) to 8760");
    if (hours > 0) asked.ends = unix_now() + static_cast<UnixMillis>(hours * hour_ms);
    return asked;
}

void list(Application& app, const Request&, Responder respond) {
    auto rows = std::make_shared<std::vector<db::Takeover>>();
    app.database().run_async(
        app.loop(), [rows](pqxx::work& tx) { *rows = db::list_takeovers(tx, most_listed); },
        [rows, respond = std::move(respond)](const Result<void>& how) mutable {
            if (!how) return respond(problem(how.error()));
            json::array found;
            for (const auto& row : *rows)
                found.push_back({{"account", row.account_name},
                                 {"chat", row.chat},
                                 {"by", row.by},
                                 {"since", to_iso8601(row.at)},
                                 {"until", row.ends == 0 ? "" : to_iso8601(row.ends)}});
            respond(Response::json(200, json::serialize(found)));
        },
        db::Rerun::safe);
}

Response changed(const Result<bool>& how) {
    return how ? Response::json(200, json::serialize(json::object{{"changed", *how}})) : problem(how.error());
}

void start(Application& app, const Request& request, Responder respond) {
    auto asked = read_asked(app, request);
    if (!asked) return respond(problem(asked.error()));
    app.guards().silence().take(
        asked->account, asked->chat, asked->by, asked->ends,
        [respond = std::move(respond)](const Result<bool>& taken) mutable { respond(changed(taken)); });
}

void end(Application& app, const Request& request, Responder respond) {
    auto asked = read_asked(app, request);
    if (!asked) return respond(problem(asked.error()));
    app.guards().silence().give_back(
        asked->account, asked->chat,
        [respond = std::move(respond)](const Result<bool>& ended) mutable { respond(changed(ended)); });
}

}  // namespace

void add_takeover_routes(net::Router& router, Application& app) {
    net::RouteLimits local;
    local.local_only = true;
    const auto route = [&](const char* method, const char* pattern, auto function) {
        router.add(
            method, pattern,
            [&app, function](const Request& request, Responder respond) { function(app, request, std::move(respond)); },
            local);
    };
    route("GET", "/control/takeovers", list);
    route("POST", "/control/takeovers", start);
    route("POST", "/control/takeovers/end", end);
}

}  // namespace parley::app
