// Reading back what was written: messages, files, contacts, events of accounts.

#include "api/access.hpp"
#include "api/list_json.hpp"
#include "api/list_query.hpp"
#include "app/application.hpp"
#include "app/routes.hpp"

namespace parley::app {
namespace {

using net::Request;
using net::Responder;
using net::Response;

// Reads the page on a database thread and puts it into words there as well; the I/O thread only hands it on.
template <class Query, class List, class Words>
void answer(Application& app, Result<Query> query, List list, Words words, Responder respond) {
    if (!query) return respond(problem(query.error()));
    auto text = std::make_shared<std::string>();
    app.database().run_async(
        app.loop(),
        [text, query = std::move(*query), list, words](pqxx::work& tx) {
            *text = words(list(tx, query.filter, query.page));
        },
        [text, respond = std::move(respond)](Result<void> read) mutable {
            respond(read ? Response::json(200, std::move(*text)) : problem(read.error()));
        },
        db::Rerun::safe);
}

api::FindAccount by_name(Application& app) {
    return [&app](std::string_view name) -> std::optional<AccountId> {
        const auto* entry = app.accounts().directory().find(name);
        return entry ? std::optional(entry->account.id) : std::nullopt;
    };
}

auto messages(api::Messages which) {
    return [which](Application& app, const Request& request, Responder respond) {
        using Page = db::Slice<db::MessageRow>;
        std::string (*words)(const Page&) = &api::to_json;
        if (which == api::Messages::media) words = &api::to_media_json;
        answer(app, api::read_message_query(request.query, which, by_name(app)), db::list_messages, words,
               std::move(respond));
    };
}

void contacts(Application& app, const Request& request, Responder respond) {
    std::string (*const words)(const db::Slice<db::ContactRow>&) = &api::to_json;
    answer(app, api::read_contact_query(request.query, by_name(app)), db::list_contacts, words, std::move(respond));
}

void events(Application& app, const Request& request, Responder respond) {
    std::string (*const words)(const db::Slice<db::EventRow>&) = &api::to_json;
    answer(app, api::read_event_query(request.query, by_name(app)), db::list_account_events, words, std::move(respond));
}

}  // namespace

void add_api_routes(net::Router& router, Application& app) {
    const auto route = [&](const char* pattern, auto function) {
        router.add("GET", pattern, [&app, function](const Request& request, Responder respond) {
            if (auto refused = api::refusal(request, app.configuration().api.token))
                return respond(std::move(*refused));
            function(app, request, std::move(respond));
        });
    };
    route("/api/v1/messages", messages(api::Messages::all));
    route("/api/v1/messages/incoming", messages(api::Messages::incoming));
    route("/api/v1/messages/outgoing", messages(api::Messages::outgoing));
    route("/api/v1/media", messages(api::Messages::media));
    route("/api/v1/contacts", contacts);
    route("/api/v1/accounts/events", events);
}

}  // namespace parley::app
