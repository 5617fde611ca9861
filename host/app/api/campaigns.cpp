// Campaigns.

#include <boost/json.hpp>

#include "api/cursor.hpp"
#include "api/list_query.hpp"
#include "app/api/operations.hpp"
#include "campaigns/message.hpp"
#include "channels/recipient.hpp"
#include "core/json_reader.hpp"
#include "db/store/campaigns.hpp"

namespace parley::app {
namespace {

namespace json = boost::json;
using api::Call;
using net::Responder;
using net::Response;

constexpr std::size_t results_of_a_page = 1'000;
constexpr const char* none = "there is no such campaign: see `parley campaign list`";

json::object describe(const db::Campaign& campaign, std::size_t ahead) {
    json::object object{{"id", std::to_string(campaign.id)},
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

// Runs `body` on a database thread, then answers with what `make` says on the I/O thread, where the runner lives.
template <class Found>
void ask(Application& app, Responder respond, std::function<void(pqxx::work&, Found&)> body,
         std::function<Response(const Found&)> make) {
    auto found = std::make_shared<Found>();
    app.database().run_async(
        app.loop(), [found, body = std::move(body)](pqxx::work& tx) { body(tx, *found); },
        [found, make = std::move(make), respond = std::move(respond)](Result<void> ok) mutable {
            respond(ok ? make(*found) : api::problem(ok.error()));
        });
}

void list(Application& app, Call call) {
    const auto asked = api::read_page(call.request, api::campaign_cursor);
    if (!asked) return call.respond(api::problem(asked.error()));
    AccountId account = 0;
    if (const auto name = call.request.query_value("account")) {
        const auto* entry = app.accounts().directory().find(*name);
        if (!entry) return call.respond(api::problem(make_error(Errc::invalid, "account: there is none of that name")));
        account = entry->account.id;
    }
    const std::string state = call.request.query_value("state").value_or("");
    ask<std::vector<db::Campaign>>(
        app, std::move(call.respond),
        [account, state, asked = *asked](pqxx::work& tx, auto& found) {
            found = db::list_campaigns(tx, account, state, asked.before, asked.limit + 1);
        },
        [&app, limit = asked->limit](const auto& found) {
            json::array campaigns;
            for (const auto& campaign : found)
                if (campaigns.size() < limit)
                    campaigns.push_back(describe(campaign, app.mailings().runner().ahead(campaign.id)));
            const bool more = found.size() > limit;
            return page(std::move(campaigns),
                        more ? api::cursor_to_text(api::campaign_cursor, found[limit - 1].id) : std::string());
        });
}

struct Shown {
    std::optional<db::Campaign> campaign;
    std::vector<std::pair<std::string, std::int64_t>> results;
};

Response shown(Application& app, const Shown& found, int status = 200) {
    if (!found.campaign) return not_found(none);
    auto object = describe(*found.campaign, app.mailings().runner().ahead(found.campaign->id));
    json::object results;
    for (const auto& [name, count] : found.results) results[name] = count;
    if (!results.empty()) object["results"] = std::move(results);
    return answer(object, status);
}

void show(Application& app, Call call) {
    const bool counted = call.request.query_value("results") == "true";
    ask<Shown>(
        app, std::move(call.respond),
        [id = call.id().value_or(0), counted](pqxx::work& tx, Shown& found) {
            found.campaign = db::read_campaign(tx, id);
            if (found.campaign && counted) found.results = db::count_results(tx, id);
        },
        [&app](const Shown& found) { return shown(app, found); });
}

void create(Application& app, Call call) {
    JsonProblem ignored;
    const JsonReader body(call.body, ignored);
    const auto entry = app.accounts().sending_account(body["account"].string_or(""));
    if (!entry) return call.respond(api::problem(entry.error()));
    db::Campaign campaign;
    campaign.account = (*entry)->account.id;
    campaign.name = body["name"].string_or("");
    campaign.kind = body["kind"].string_or("text");
    campaign.body = body["text"].string_or("");
    if (const auto payload = body["payload"])
        campaign.payload = payload.is_string() ? payload.string_or("") : json::serialize(*payload.value());
    campaign.rate = body["rate"].number_or(1);
    if (auto ok = campaigns::check(campaign); !ok) return call.respond(api::problem(ok.error()));
    if (campaign.kind == "template" && !(*entry)->channel().capabilities().templates)
        return call.respond(api::problem(make_error(
            Errc::unsupported, "the account " + (*entry)->account.name + " cannot send templates: use a text")));
    ask<Shown>(
        app, std::move(call.respond),
        [campaign](pqxx::work& tx, Shown& found) {
            found.campaign = db::read_campaign(tx, db::insert_campaign(tx, campaign));
        },
        [&app](const Shown& found) { return shown(app, found, 201); });
}

db::CampaignRecipient read_recipient(const json::value& item, std::string_view channel) {
    db::CampaignRecipient recipient;
    recipient.n = item.at("line").to_number<std::int64_t>();
    const std::string to = text_in(item, "to");
    const auto chat = channels::chat_id(channel, to);
    recipient.chat = chat ? *chat : to;
    recipient.person = chat ? campaigns::person_of(*chat) : to;
    if (!chat) recipient.error = chat.error().message;
    const auto* params = item.as_object().if_contains("params");
    recipient.params = params ? json::serialize(*params) : "[]";
    return recipient;
}

// The channel says how a number is written; the account stands in the campaign.
void add_recipients(Application& app, Call call) {
    ask<db::Added>(
        app, std::move(call.respond),
        [&app, id = call.id().value_or(0), body = std::move(call.body)](pqxx::work& tx, db::Added& added) {
            const auto campaign = db::read_campaign(tx, id);
            if (!campaign) throw ErrorException(make_error(Errc::not_found, none));
            std::vector<db::CampaignRecipient> recipients;
            for (const auto& item : body.at("recipients").as_array())
                recipients.push_back(read_recipient(item, app.accounts().channel_of(campaign->account)));
            added = db::add_recipients(tx, id, recipients);
        },
        [](const db::Added& added) {
            return answer(
                json::object{{"added", added.added}, {"invalid", added.invalid}, {"duplicates", added.duplicates}});
        });
}

std::function<void(pqxx::work&)> change_of(const std::string& action, db::CampaignId id, const std::string& at) {
    if (action == "start") return [id, at](pqxx::work& tx) { db::start_campaign(tx, id, at); };
    if (action == "pause")
        return [id](pqxx::work& tx) { db::change_campaign(tx, id, {"running", "scheduled"}, "paused"); };
    if (action == "resume") return [id](pqxx::work& tx) { db::change_campaign(tx, id, {"paused"}, "running"); };
    return [id](pqxx::work& tx) {
        db::change_campaign(tx, id, {"draft", "scheduled", "running", "paused"}, "cancelled");
    };
}

void change(Application& app, Call call) {
    const auto id = call.id().value_or(0);
    ask<Shown>(
        app, std::move(call.respond),
        [id, body = change_of(call.path("action"), id, text_in(call.body, "at"))](pqxx::work& tx, Shown& found) {
            if (!db::read_campaign(tx, id)) throw ErrorException(make_error(Errc::not_found, none));
            body(tx);
            found.campaign = db::read_campaign(tx, id);
        },
        [&app](const Shown& found) {
            app.mailings().runner().refresh();
            return shown(app, found);
        });
}

// In order of lines, so the cursor says where to go on from.
void results(Application& app, Call call) {
    std::int64_t after = 0;
    if (const auto cursor = call.request.query_value("cursor")) {
        const auto read = api::cursor_from_text(api::result_cursor, *cursor);
        if (!read)
            return call.respond(api::problem(
                make_error(Errc::invalid, "cursor: must be the \"next\" of an earlier answer of this list")));
        after = *read;
    }
    from_database(app, std::move(call.respond), [id = call.id().value_or(0), after](pqxx::work& tx) {
        if (!db::read_campaign(tx, id)) return not_found(none);
        const auto found = db::read_results(tx, id, after, results_of_a_page);
        json::array lines;
        for (const auto& one : found) {
            json::object line{{"line", one.n}, {"chat", one.chat}, {"status", one.status}, {"error", one.error}};
            if (one.message != 0) line["message"] = std::to_string(one.message);
            lines.push_back(std::move(line));
        }
        const bool more = found.size() == results_of_a_page;
        return page(std::move(lines), more ? api::cursor_to_text(api::result_cursor, found.back().n) : std::string());
    });
}

}  // namespace

void add_campaign_operations(api::Gate& gate, Application& app) {
    bind(gate, app, "listCampaigns", list);
    bind(gate, app, "createCampaign", create);
    bind(gate, app, "getCampaign", show);
    bind(gate, app, "addRecipients", add_recipients);
    bind(gate, app, "listCampaignResults", results);
    bind(gate, app, "changeCampaign", change);
}

}  // namespace parley::app
