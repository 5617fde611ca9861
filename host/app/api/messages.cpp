// Sending a message, where one stands, and what is shown beside messages.

#include <boost/json.hpp>
#include <charconv>

#include "api/list_json.hpp"
#include "app/api/operations.hpp"
#include "channels/fallback.hpp"
#include "channels/linked_media.hpp"
#include "channels/payload.hpp"
#include "channels/recipient.hpp"
#include "core/text.hpp"

namespace parley::app {
namespace {

namespace json = boost::json;
using api::Call;
using net::Responder;
using net::Response;

bool flag_in(const json::value& body, std::string_view name) {
    const auto* flag = body.as_object().if_contains(name);
    return flag && flag->is_bool() && flag->as_bool();
}

Result<std::string> read_payload(OutboundKind kind, const json::value& body) {
    const auto* payload = body.as_object().if_contains("payload");
    return channels::check_payload(kind, !payload               ? std::string()
                                         : payload->is_string() ? std::string(payload->as_string())
                                                                : json::serialize(*payload));
}

// What is missing for a message of this kind, if anything is.
Result<void> check_content(const Outbound& message, const json::value& body) {
    const bool refers = !text_in(body, "reply_to").empty();
    switch (message.kind) {
        case OutboundKind::text:
            if (message.text.empty()) return make_error(Errc::invalid, "there is nothing to send: the text is empty");
            break;
        case OutboundKind::link:
            if (!channels::is_link(message.link))
                return make_error(Errc::invalid,
                                  "a link needs \"link\": an address that begins with http:// or https://");
            break;
        case OutboundKind::media:
            if (text_in(body, "file").empty() == message.link.empty())
                return make_error(Errc::invalid,
                                  "media need a \"file\" that was uploaded before (POST /api/v1/media), or a \"link\" "
                                  "under which the provider fetches it");
            break;
        case OutboundKind::reaction:
        case OutboundKind::revoke:
            if (!refers) return make_error(Errc::invalid, "name the message that is meant in \"reply_to\"");
            break;
        case OutboundKind::edit:
            if (!refers || message.text.empty())
                return make_error(Errc::invalid,
                                  "name the message that is meant in \"reply_to\", and what it shall say in \"text\"");
            break;
        default:
            break;
    }
    return {};
}

bool has_payload(OutboundKind kind) {
    return kind == OutboundKind::location || kind == OutboundKind::contacts || kind == OutboundKind::interactive ||
           kind == OutboundKind::template_message || kind == OutboundKind::poll;
}

// What to send, but for the stored file of a medium and the message that is referred to. A payload may be given as JSON
// or as text.
Result<Outbound> read_message(Application& app, const json::value& body) {
    const auto entry = app.accounts().sending_account(text_in(body, "account"));
    if (!entry) return entry.error();
    Outbound message;
    message.account = (*entry)->account.id;
    message.text = text_in(body, "text");
    message.link = text_in(body, "link");
    message.voice = flag_in(body, "voice");
    message.as_file = flag_in(body, "as_file");
    if (!text::is_storable(message.text) || !text::is_storable(message.link))
        return make_error(Errc::invalid, "the text must be UTF-8 without NUL");
    auto chat = channels::chat_id((*entry)->account.channel, text_in(body, "to"));
    if (!chat) return chat.error();
    message.chat = std::move(*chat);
    const std::string name = text_in(body, "kind");
    const auto kind = outbound_kind_from(name.empty() ? "text" : name);
    if (!kind) return make_error(Errc::invalid, "there is no such kind of message");
    message.kind = *kind;
    if (const auto can = channels::can_leave(*kind, (*entry)->channel().capabilities()); !can) return can.error();
    if (const auto whole = check_content(message, body); !whole) return whole.error();
    if (message.kind == OutboundKind::media && !message.link.empty()) {
        auto media = channels::linked_media(message.link, (*entry)->account.channel);
        if (!media) return media.error();
        message.media = std::move(*media);
        if (const std::string file_name = text_in(body, "name"); !file_name.empty()) message.media.name = file_name;
        message.link.clear();
    }
    if (!has_payload(message.kind)) return message;
    auto payload = read_payload(message.kind, body);
    if (!payload) return payload.error();
    message.payload = std::move(*payload);
    return message;
}

bool may_be_long(Application& app, const Outbound& message) {
    const auto channel = app.sender().channel_of(message.account);
    const std::size_t most = channel ? channel->capabilities().max_text : 0;
    return message.kind == OutboundKind::text && most != 0 && message.text.size() > most;
}

json::object queued(MessageId id) {
    return {{"id", std::to_string(id)}, {"status", "queued"}};
}

// It is committed: whatever becomes of this reading, the answer is a good one.
void tell_pieces(Application& app, MessageId id, Responder respond) {
    auto pieces = std::make_shared<std::vector<db::PieceRow>>();
    app.database().run_async(
        app.loop(),
        [pieces, id](pqxx::work& tx) {
            const auto first = db::read_message(tx, id);
            *pieces = first ? db::read_pieces(tx, *first) : std::vector<db::PieceRow>();
        },
        [pieces, id, respond = std::move(respond)](const Result<void>& read) mutable {
            auto body = queued(id);
            if (read && !pieces->empty()) body["pieces"] = api::to_json(*pieces);
            respond(answer(body, 202));
        },
        db::Rerun::safe);
}

void enqueue(Application& app, Outbound message, Responder respond) {
    auto id = std::make_shared<MessageId>(0);
    const bool in_pieces = may_be_long(app, message);
    *id = app.sender().enqueue(std::move(message),
                               [&app, id, in_pieces, respond = std::move(respond)](Result<void> written) mutable {
                                   if (!written) return respond(api::problem(written.error()));
                                   if (in_pieces) return tell_pieces(app, *id, std::move(respond));
                                   respond(answer(queued(*id), 202));
                               });
}

// The provider's id of the message that is named by it or by ours; empty: none is named.
void find_reference(Application& app, const std::string& chat, const std::string& named,
                    UniqueFunction<void(Result<std::string>)> done) {
    MessageId id = 0;
    const auto [end, failed] = std::from_chars(named.data(), named.data() + named.size(), id);
    if (failed != std::errc() || end != named.data() + named.size()) return done(named);
    auto found = std::make_shared<std::optional<db::MessageRow>>();
    app.database().run_async(
        app.loop(), [found, id](pqxx::work& tx) { *found = db::read_message(tx, id); },
        [found, chat, named, done = std::move(done)](Result<void> ok) mutable {
            if (!ok) return done(ok.error());
            const auto& row = *found;
            if (!row) return done(named);
            if (row->chat != chat) return done(make_error(Errc::invalid, "message " + named + " is of another chat"));
            if (row->provider_id.empty())
                return done(make_error(Errc::conflict, "message " + named + " has no id at its provider, or not yet"));
            done(row->provider_id);
        },
        db::Rerun::safe);
}

// A message on its way into the outbox, while what it names is looked for.
struct Sending {
    Outbound message;
    std::string file, name;
    Responder respond;
};

// The store is looked at on a worker thread.
void find_file(Application& app, const std::shared_ptr<Sending>& sending) {
    if (sending->message.kind != OutboundKind::media || !sending->message.media.source.empty())
        return enqueue(app, std::move(sending->message), std::move(sending->respond));
    const bool taken = app.workers().submit([&app, sending] {
        auto found = app.media().find(sending->file, "");
        app.loop().post([&app, sending, found = std::move(found)]() mutable {
            if (!found) return sending->respond(api::problem(found.error()));
            sending->message.media = std::move(*found);
            sending->message.media.name = sending->name;
            enqueue(app, std::move(sending->message), std::move(sending->respond));
        });
    });
    if (!taken) sending->respond(api::problem(make_error(Errc::overloaded, "too many files are being read")));
}

void send(Application& app, Call call) {
    auto message = read_message(app, call.body);
    if (!message) return call.respond(api::problem(message.error()));
    const auto sending = std::make_shared<Sending>();
    sending->message = std::move(*message);
    sending->file = text_in(call.body, "file");
    sending->name = text_in(call.body, "name");
    sending->respond = std::move(call.respond);
    find_reference(app, sending->message.chat, text_in(call.body, "reply_to"),
                   [&app, sending](Result<std::string> reference) {
                       if (!reference) return sending->respond(api::problem(reference.error()));
                       sending->message.reply_to = std::move(*reference);
                       find_file(app, sending);
                   });
}

void show_presence(Application& app, Call call) {
    const auto entry = app.accounts().sending_account(text_in(call.body, "account"));
    if (!entry) return call.respond(api::problem(entry.error()));
    const auto& account = (*entry)->account;
    const std::string state = text_in(call.body, "state");
    if (state == "available" || state == "unavailable") {
        const auto shown = app.signals().presence(account.id, state == "available");
        return call.respond(shown ? nothing_more() : api::problem(shown.error()));
    }
    const auto chat = channels::chat_id(account.channel, text_in(call.body, "to"));
    if (!chat) return call.respond(api::problem(chat.error()));
    if (!(*entry)->channel().capabilities().typing)
        return call.respond(
            api::problem(make_error(Errc::unsupported, "the channel " + account.channel + " shows no typing")));
    auto respond = std::make_shared<Responder>(std::move(call.respond));
    find_reference(
        app, *chat, text_in(call.body, "message"),
        [&app, respond, id = account.id, chat = *chat, on = state == "typing"](Result<std::string> answered) {
            if (!answered) return (*respond)(api::problem(answered.error()));
            app.signals().typing(id, chat, *answered, on);
            (*respond)(nothing_more());
        });
}

void show(Application& app, Call call) {
    from_database(app, std::move(call.respond), [id = call.id().value_or(0)](pqxx::work& tx) {
        const auto found = db::read_message(tx, id);
        if (!found) return not_found("there is no message of that id");
        return Response::json(200, api::to_json(*found, db::read_pieces(tx, *found)));
    });
}

}  // namespace

void add_message_operations(api::Gate& gate, Application& app) {
    bind(gate, app, "sendMessage", send);
    bind(gate, app, "getMessage", show);
    bind(gate, app, "showPresence", show_presence);
}

}  // namespace parley::app
