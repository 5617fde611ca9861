// What the CLI asks of a running host about campaigns.

#include <boost/json.hpp>

#include "app/application.hpp"
#include "app/routes.hpp"
#include "campaigns/message.hpp"
#include "channels/recipient.hpp"
#include "core/json_reader.hpp"
#include "db/store/campaigns.hpp"

namespace parley::app {
namespace {

namespace json = boost::json;
using net::Request;
using net::Responder;
using net::Response;

constexpr std::size_t page = 1'000;

json::object describe(const db::Campaign& campaign, std::size_t ahead) {
    json::object object{{"id", campaign.id},
                        {"name", campaign.name},
                        {"account", campaign.account_name},
                        {"kind", campaign.kind},
                        {"rate", campaign.rate},
                        {"state", campaign.state},
                        {"reason", campaign.reason},
                        {"recipients", campaign.recipients},
                        {"waiting", campaign.waiting()},
                        {"queued", campaign.queued},
                        {"skipped", campaign.skipped},
                        {"invalid", campaign.invalid},
                        {"duplicates", campaign.duplicates},
                        {"ahead", ahead},
                        {"created_at", campaign.created_at}};
    if (campaign.start_at != 0) object["start_at"] = to_iso8601(campaign.start_at);
    return object;
}

// Runs `body` on a database thread, then answers with what `make` says on the I/O thread.
template <class Found>
void ask(Application& app, Responder respond, std::function<void(pqxx::work&, Found&)> body,
         std::function<Response(const Found&)> make) {
    auto found = std::make_shared<Found>();
    app.database().run_async(
        app.loop(), [found, body = std::move(body)](pqxx::work& tx) { body(tx, *found); },
        [found, make = std::move(make), respond = std::move(respond)](Result<void> ok) mutable {
            respond(ok ? make(*found) : problem(ok.error()));
        });
}

db::CampaignId id_in(const Request& request) {
    return std::strtoll(std::string(request.path_value("id")).c_str(), nullptr, 10);
}

void list(Application& app, const Request&, Responder respond) {
    ask<std::vector<db::Campaign>>(
        app, std::move(respond), [](pqxx::work& tx, auto& found) { found = db::list_campaigns(tx, 200); },
        [&app](const auto& found) {
            json::array campaigns;
            for (const auto& campaign : found)
                campaigns.push_back(describe(campaign, app.mailings().runner().ahead(campaign.id)));
            return Response::json(200, json::serialize(campaigns));
        });
}

struct Shown {
    std::optional<db::Campaign> campaign;
    std::vector<std::pair<std::string, std::int64_t>> results;
};

// ?results=1: also what became of the messages, which takes longer.
void show(Application& app, const Request& request, Responder respond) {
    const bool counted = request.query_value("results") == "1";
    ask<Shown>(
        app, std::move(respond),
        [id = id_in(request), counted](pqxx::work& tx, Shown& found) {
            found.campaign = db::read_campaign(tx, id);
            if (found.campaign && counted) found.results = db::count_results(tx, id);
        },
        [&app](const Shown& found) {
            if (!found.campaign)
                return problem(make_error(Errc::not_found, "there is no such campaign: see `parley campaign list`"));
            auto object = describe(*found.campaign, app.mailings().runner().ahead(found.campaign->id));
            json::object results;
            for (const auto& [status, count] : found.results) results[status] = count;
            if (!results.empty()) object["results"] = std::move(results);
            return Response::json(200, json::serialize(object));
        });
}

void create(Application& app, const Request& request, Responder respond) {
    const auto parsed = parse_json(request.body);
    if (!parsed || !parsed->is_object())
        return respond(problem(parsed ? make_error(Errc::invalid, "the body must be an object") : parsed.error()));
    JsonProblem ignored;
    const JsonReader body(*parsed, ignored);
    const auto entry = app.accounts().sending_account(body["account"].string_or(""));
    if (!entry) return respond(problem(entry.error()));
    db::Campaign campaign;
    campaign.account = (*entry)->account.id;
    campaign.name = body["name"].string_or("");
    campaign.kind = body["kind"].string_or("text");
    campaign.body = body["text"].string_or("");
    if (const auto payload = body["payload"]) campaign.payload = json::serialize(*payload.value());
    campaign.rate = body["rate"].number_or(1);
    if (auto ok = campaigns::check(campaign); !ok) return respond(problem(ok.error()));
    if (campaign.kind == "template" && !(*entry)->channel().capabilities().templates)
        return respond(problem(make_error(
            Errc::unsupported, "the account " + (*entry)->account.name + " cannot send templates: use a text")));
    ask<db::CampaignId>(
        app, std::move(respond), [campaign](pqxx::work& tx, auto& id) { id = db::insert_campaign(tx, campaign); },
        [](const auto& id) {
            return Response::json(200, json::serialize(json::object{{"id", id}}));
        });
}

// One line of the file: [line number, recipient, parameter, ...].
db::CampaignRecipient read_line(const json::value& line, std::string_view channel) {
    const auto& items = line.as_array();
    db::CampaignRecipient recipient;
    recipient.n = items.at(0).as_int64();
    const std::string to(items.at(1).as_string());
    const auto chat = channels::chat_id(channel, to);
    recipient.chat = chat ? *chat : to;
    if (!chat) recipient.error = chat.error().message;
    json::array params;
    for (std::size_t i = 2; i < items.size(); ++i) params.push_back(json::string(items[i].as_string()));
    recipient.params = json::serialize(params);
    return recipient;
}

void add_recipients(Application& app, const Request& request, Responder respond) {
    const auto parsed = parse_json(request.body);
    if (!parsed) return respond(problem(parsed.error()));
    // The channel says how a number is written; the account stands in the campaign.
    ask<db::Added>(
        app, std::move(respond),
        [&app, id = id_in(request), lines = *parsed](pqxx::work& tx, db::Added& added) {
            const auto campaign = db::read_campaign(tx, id);
            if (!campaign) throw ErrorException(make_error(Errc::not_found, "there is no such campaign"));
            std::vector<db::CampaignRecipient> recipients;
            try {
                for (const auto& line : lines.as_array())
                    recipients.push_back(read_line(line, app.accounts().channel_of(campaign->account)));
            } catch (const std::exception&) {
                throw ErrorException(make_error(Errc::invalid, "send lists of [line, recipient, parameter, ...]"));
            }
            added = db::add_recipients(tx, id, recipients);
        },
        [](const db::Added& added) {
            return Response::json(
                200, json::serialize(json::object{
                         {"added", added.added}, {"invalid", added.invalid}, {"duplicates", added.duplicates}}));
        });
}

void change(Application& app, const Request& request, Responder respond) {
    const std::string action(request.path_value("action"));
    const auto parsed = parse_json(request.body.empty() ? "{}" : request.body);
    if (!parsed) return respond(problem(parsed.error()));
    JsonProblem ignored;
    const std::string at = JsonReader(*parsed, ignored)["at"].string_or("");
    std::function<void(pqxx::work&)> body;
    const auto id = id_in(request);
    if (action == "start") {
        body = [id, at](pqxx::work& tx) { db::start_campaign(tx, id, at); };
    } else if (action == "pause") {
        body = [id](pqxx::work& tx) { db::change_campaign(tx, id, {"running", "scheduled"}, "paused"); };
    } else if (action == "resume") {
        body = [id](pqxx::work& tx) { db::change_campaign(tx, id, {"paused"}, "running"); };
    } else if (action == "cancel") {
        body = [id](pqxx::work& tx) {
            db::change_campaign(tx, id, {"draft", "scheduled", "running", "paused"}, "cancelled");
        };
    } else {
        return respond(problem(make_error(Errc::not_found, "a campaign is started, paused, resumed or cancelled")));
    }
    ask<Shown>(
        app, std::move(respond),
        [id, body](pqxx::work& tx, Shown& found) {
            body(tx);
            found.campaign = db::read_campaign(tx, id);
        },
        [&app](const Shown& found) {
            app.mailings().runner().refresh();
            return Response::json(200, json::serialize(describe(*found.campaign, 0)));
        });
}

void results(Application& app, const Request& request, Responder respond) {
    const auto after = std::strtoll(request.query_value("after").value_or("0").c_str(), nullptr, 10);
    ask<std::vector<db::RecipientResult>>(
        app, std::move(respond),
        [id = id_in(request), after](pqxx::work& tx, auto& found) { found = db::read_results(tx, id, after, page); },
        [](const auto& found) {
            json::array lines;
            for (const auto& one : found)
                lines.push_back({{"n", one.n},
                                 {"chat", one.chat},
                                 {"status", one.status},
                                 {"error", one.error},
                                 {"message", one.message}});
            return Response::json(200, json::serialize(lines));
        });
}

}  // namespace

void add_campaign_routes(net::Router& router, Application& app) {
    net::RouteLimits local;
    local.local_only = true;
    const auto route = [&](const char* method, const char* pattern, auto function) {
        router.add(
            method, pattern,
            [&app, function](Request request, Responder respond) {
                function(app, std::move(request), std::move(respond));
            },
            local);
    };
    route("GET", "/control/campaigns", list);
    route("POST", "/control/campaigns", create);
    route("GET", "/control/campaigns/{id}", show);
    route("GET", "/control/campaigns/{id}/results", results);
    route("POST", "/control/campaigns/{id}/recipients", add_recipients);
    route("POST", "/control/campaigns/{id}/{action}", change);
}

}  // namespace parley::app
