// Sending a message, and where one stands.

#include <boost/json.hpp>

#include "api/list_json.hpp"
#include "app/api/operations.hpp"
#include "channels/payload.hpp"
#include "channels/recipient.hpp"
#include "core/text.hpp"

namespace parley::app {
namespace {

namespace json = boost::json;
using api::Call;
using net::Responder;
using net::Response;

// What to send, but for the file of a medium. A payload may be given as JSON or as text.
Result<Outbound> read_message(Application& app, const json::value& body) {
    const auto entry = app.accounts().sending_account(text_in(body, "account"));
    if (!entry) return entry.error();
    Outbound message;
    message.account = (*entry)->account.id;
    message.text = text_in(body, "text");
    if (!text::is_storable(message.text)) return make_error(Errc::invalid, "the text must be UTF-8 without NUL");
    auto chat = channels::chat_id((*entry)->account.channel, text_in(body, "to"));
    if (!chat) return chat.error();
    message.chat = std::move(*chat);
    const std::string name = text_in(body, "kind");
    const auto kind = outbound_kind_from(name.empty() ? "text" : name);
    if (!kind) return make_error(Errc::invalid, "there is no such kind of message");
    message.kind = *kind;
    if (message.kind == OutboundKind::media) {
        if (text_in(body, "file").empty())
            return make_error(Errc::invalid, "media need a file: upload it first (POST /api/v1/media)");
        return message;
    }
    if (message.kind == OutboundKind::text) {
        if (message.text.empty()) return make_error(Errc::invalid, "there is nothing to send: the text is empty");
        return message;
    }
    const auto* payload = body.as_object().if_contains("payload");
    auto checked = channels::check_payload(message.kind, !payload               ? std::string()
                                                         : payload->is_string() ? std::string(payload->as_string())
                                                                                : json::serialize(*payload));
    if (!checked) return checked.error();
    message.payload = std::move(*checked);
    return message;
}

void enqueue(Application& app, Outbound message, Responder respond) {
    auto id = std::make_shared<MessageId>(0);
    *id = app.sender().enqueue(std::move(message), [id, respond = std::move(respond)](Result<void> written) mutable {
        respond(written ? answer(json::object{{"id", std::to_string(*id)}, {"status", "queued"}}, 202)
                        : api::problem(written.error()));
    });
}

// The store is looked at on a worker thread.
void find_file(Application& app, Outbound message, const std::string& file, const std::string& name,
               Responder respond) {
    auto shared = std::make_shared<std::pair<Outbound, Responder>>(std::move(message), std::move(respond));
    const bool taken = app.workers().submit([&app, shared, file, name] {
        auto found = app.media().find(file, "");
        app.loop().post([&app, shared, name, found = std::move(found)]() mutable {
            if (!found) return shared->second(api::problem(found.error()));
            shared->first.media = std::move(*found);
            shared->first.media.name = name;
            enqueue(app, std::move(shared->first), std::move(shared->second));
        });
    });
    if (!taken) shared->second(api::problem(make_error(Errc::overloaded, "too many files are being read")));
}

void send(Application& app, Call call) {
    auto message = read_message(app, call.body);
    if (!message) return call.respond(api::problem(message.error()));
    if (message->kind != OutboundKind::media) return enqueue(app, std::move(*message), std::move(call.respond));
    find_file(app, std::move(*message), text_in(call.body, "file"), text_in(call.body, "name"),
              std::move(call.respond));
}

void show(Application& app, Call call) {
    from_database(app, std::move(call.respond), [id = call.id().value_or(0)](pqxx::work& tx) {
        const auto found = db::read_message(tx, id);
        return found ? Response::json(200, api::to_json(*found)) : not_found("there is no message of that id");
    });
}

}  // namespace

void add_message_operations(api::Gate& gate, Application& app) {
    bind(gate, app, "sendMessage", send);
    bind(gate, app, "getMessage", show);
}

}  // namespace parley::app
