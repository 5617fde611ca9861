// Reading back, a page at a time: messages, files, contacts, events of accounts, the outbox.

#include "api/list_json.hpp"
#include "api/list_query.hpp"
#include "app/api/operations.hpp"

namespace parley::app {
namespace {

using api::Call;
using net::Response;

// Reads the page on a database thread and puts it into words there as well; the I/O thread only hands it on.
template <class Query, class List, class Words>
void answer_page(Application& app, Result<Query> query, List list, Words words, net::Responder respond) {
    if (!query) return respond(api::problem(query.error()));
    from_database(app, std::move(respond), [query = std::move(*query), list, words](pqxx::work& tx) {
        return Response::json(200, words(list(tx, query.filter, query.page)));
    });
}

api::FindAccount by_name(Application& app) {
    return [&app](std::string_view name) -> std::optional<AccountId> {
        const auto* entry = app.accounts().directory().find(name);
        return entry ? std::optional(entry->account.id) : std::nullopt;
    };
}

auto messages(api::Messages which) {
    return [which](Application& app, Call call) {
        using Page = db::Slice<db::MessageRow>;
        std::string (*words)(const Page&) = &api::to_json;
        if (which == api::Messages::media) words = &api::to_media_json;
        answer_page(app, api::read_message_query(call.request.query, which, by_name(app)), db::list_messages, words,
                    std::move(call.respond));
    };
}

// What waits to be sent: the same list, of one status.
void outbox(Application& app, Call call) {
    std::string (*const words)(const db::Slice<db::MessageRow>&) = &api::to_json;
    auto query = api::read_message_query(call.request.query, api::Messages::outgoing, by_name(app));
    if (query) query->filter.status = "queued";
    answer_page(app, std::move(query), db::list_messages, words, std::move(call.respond));
}

// The messages of the chat that the path names.
void chat_messages(Application& app, Call call) {
    const auto account = by_name(app)(call.path("account"));
    if (!account) return call.respond(not_found("there is no account of that name"));
    auto query = api::read_message_query(call.request.query, api::Messages::all, by_name(app));
    if (query) {
        query->filter.account = account;
        query->filter.chat = call.path("chat");
    }
    std::string (*const words)(const db::Slice<db::MessageRow>&) = &api::to_json;
    answer_page(app, std::move(query), db::list_messages, words, std::move(call.respond));
}

void contacts(Application& app, Call call) {
    std::string (*const words)(const db::Slice<db::ContactRow>&) = &api::to_json;
    answer_page(app, api::read_contact_query(call.request.query, by_name(app)), db::list_contacts, words,
                std::move(call.respond));
}

void events(Application& app, Call call) {
    std::string (*const words)(const db::Slice<db::EventRow>&) = &api::to_json;
    answer_page(app, api::read_event_query(call.request.query, by_name(app)), db::list_account_events, words,
                std::move(call.respond));
}

void audit(Application& app, Call call) {
    std::string (*const words)(const db::Slice<db::AuditRow>&) = &api::to_json;
    answer_page(app, api::read_audit_query(call.request.query), db::list_audit, words, std::move(call.respond));
}

}  // namespace

void add_list_operations(api::Gate& gate, Application& app) {
    bind(gate, app, "listMessages", messages(api::Messages::all));
    bind(gate, app, "listIncomingMessages", messages(api::Messages::incoming));
    bind(gate, app, "listOutgoingMessages", messages(api::Messages::outgoing));
    bind(gate, app, "listChatMessages", chat_messages);
    bind(gate, app, "listMedia", messages(api::Messages::media));
    bind(gate, app, "listContacts", contacts);
    bind(gate, app, "listAccountEvents", events);
    bind(gate, app, "listOutbox", outbox);
    bind(gate, app, "listAudit", audit);
}

}  // namespace parley::app
