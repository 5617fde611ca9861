// The chat API: rooms, messages, WebSockets. docs/rooms.md has the requests and answers.

#include <boost/json.hpp>
#include <charconv>

#include "app/application.hpp"
#include "app/routes/routes.hpp"
#include "app/routes/upload.hpp"
#include "core/json_reader.hpp"

namespace parley::app {
namespace {

using auth::Principal;
using net::Request;
using net::Responder;
using net::Response;

constexpr std::size_t small_body = 64 * 1024;
constexpr std::size_t most_read_at_once = 1000;

// As problem(), but too much is the asker's matter.
Response failure(const Error& error) {
    if (error.code != Errc::overloaded)
        return error.code == Errc::unavailable ? come_again(error.message) : problem(error);
    auto response = Response::problem(429, "too_many", error.message);
    response.headers.set("Retry-After", "1");
    return response;
}

std::optional<std::int64_t> number(std::string_view text) {
    std::int64_t value = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (text.empty() || error != std::errc() || end != text.data() + text.size() || value < 0) return std::nullopt;
    return value;
}

// An id that makes no sense is one that is not there.
std::int64_t id_in_path(const Request& request) {
    return number(request.path_value("id")).value_or(0);
}

// Answers with what came of it: `words` makes the body of it.
template <class T, class Words>
auto answer(Responder respond, int status, Words words) {
    return [respond = std::move(respond), status, words](Result<T> result) mutable {
        respond(result ? Response::json(status, words(*result)) : failure(result.error()));
    };
}

auto said(Application& app) {
    return [&app](const auto& messages) { return rooms::to_json(messages, app.people().link()); };
}

constexpr auto in_words = [](const auto& thing) { return rooms::to_json(thing); };

Actor actor_of(const Principal& who, const Request& request) {
    return {"person", who.id, who.name, request.remote};
}

// The body as a JSON object; an empty one is one without members.
Result<boost::json::value> body_of(const Request& request) {
    if (request.body.empty()) return boost::json::value(boost::json::object());
    auto parsed = parse_json(request.body);
    if (parsed && !parsed->is_object()) return make_error(Errc::invalid, "the body has to be a JSON object");
    return parsed;
}

Result<db::RoomPage> page_of(const Request& request) {
    db::RoomPage page;
    const auto read = [&](const char* name, auto& into) {
        const auto text = request.query_value(name).value_or("");
        if (text.empty()) return true;
        const auto value = number(text);
        if (value) into = static_cast<std::decay_t<decltype(into)>>(*value);
        return value.has_value();
    };
    if (!read("after", page.after) || !read("before", page.before) || !read("limit", page.limit) || page.limit == 0 ||
        page.limit > rooms::most_rows)
        return make_error(Errc::invalid, "after and before are ids of messages, limit is 1 to 1000");
    return page;
}

void create(Application& app, const Principal& who, const Request& request, Responder respond) {
    const auto parsed = body_of(request);
    if (!parsed) return respond(failure(parsed.error()));
    JsonProblem ignored;
    const JsonReader body(*parsed, ignored);
    db::Room room;
    room.type = body["type"].string_or("chat");
    room.name = body["name"].string_or("");
    room.description = body["description"].string_or("This is a chatroom.");
    app.people().rooms().create(std::move(room), actor_of(who, request),
                                answer<db::Room>(std::move(respond), 201, in_words));
}

void join(Application& app, const Principal& who, const Request& request, Responder respond) {
    const auto parsed = body_of(request);
    if (!parsed) return respond(failure(parsed.error()));
    JsonProblem missing;
    const auto room = JsonReader(*parsed, missing)["chatroom_id"].integer();
    if (missing) return respond(failure(missing.error()));
    app.people().rooms().join(room, actor_of(who, request), answer<db::Membership>(std::move(respond), 201, in_words));
}

void list(Application& app, const Principal& who, const Request& request, Responder respond) {
    const auto after = number(request.query_value("after").value_or("")).value_or(0);
    app.people().rooms().list(who.id, after, answer<std::vector<db::Room>>(std::move(respond), 200, in_words));
}

void leave(Application& app, const Principal& who, const Request& request, Responder respond) {
    app.people().rooms().leave(
        id_in_path(request), actor_of(who, request), [respond = std::move(respond)](const Result<void>& left) mutable {
            respond(left ? Response::json(200, R"({"message":"Leave chatroom successful"})") : failure(left.error()));
        });
}

Response too_many_files(std::chrono::seconds wait) {
    auto response =
        Response::problem(429, "too_many",
                          "you send too many files: 20 at once, then one each 10 seconds, and 256 MiB a day "
                          "are the most; words without files still go");
    response.headers.set("Retry-After", std::to_string(wait.count()));
    return response;
}

// How long the sender of this form has to wait.
std::chrono::seconds wait_for_files(Application& app, db::PersonId sender, const Request& request) {
    const auto announced = number(request.headers.get("Content-Length"));
    const auto bytes = announced ? static_cast<std::uint64_t>(*announced) : largest_upload;
    return app.people().rooms().wait_to_send_files(sender, bytes);
}

// [worker thread]
MayTalk in_room(Application& app, db::PersonId person) {
    return [&app, person](db::RoomId room) -> Result<void> {
        bool member = false;
        app.database().run([&](pqxx::work& tx) { member = db::is_in_room(tx, room, person); });
        if (!member) return make_error(Errc::not_found, "there is no such chatroom, or you are not in it");
        return {};
    };
}

// The body is read only after it is known who asks.
void send(Application& app, Request request, std::unique_ptr<net::Upload> upload, Responder respond) {
    auto asked = std::make_shared<Request>(std::move(request));
    app.people().authenticator().authenticate(
        *asked, [&app, asked, upload = std::move(upload),
                 respond = std::move(respond)](const auth::Authenticator::Answer& answered) mutable {
            if (auto refusal = no_person(answered)) return respond(std::move(*refusal));
            const auto sender = answered.principal->id;
            const auto wait = is_form(*asked) ? wait_for_files(app, sender, *asked) : std::chrono::seconds(0);
            if (wait.count() > 0) return respond(too_many_files(wait));
            receive_message(*asked, *upload, app.workers(), app.media(), in_room(app, sender),
                            [&app, sender, respond = std::move(respond)](Result<db::RoomMessage> message) mutable {
                                if (!message) return respond(failure(message.error()));
                                message->sender = sender;
                                app.people().rooms().send(std::move(*message),
                                                          answer<db::RoomMessage>(std::move(respond), 201, said(app)));
                            });
        });
}

void list_messages(Application& app, const Principal& who, const Request& request, Responder respond) {
    const auto page = page_of(request);
    if (!page) return respond(failure(page.error()));
    app.people().rooms().list_messages(who.id, *page,
                                       answer<std::vector<db::RoomMessage>>(std::move(respond), 200, said(app)));
}

void list_conversation(Application& app, const Principal& who, const Request& request, Responder respond) {
    const auto page = page_of(request);
    if (!page) return respond(failure(page.error()));
    app.people().rooms().list_messages(id_in_path(request), who.id, *page,
                                       answer<std::vector<db::RoomMessage>>(std::move(respond), 200, said(app)));
}

void mark_read(Application& app, const Principal& who, const Request& request, Responder respond) {
    const auto parsed = body_of(request);
    if (!parsed) return respond(failure(parsed.error()));
    JsonProblem missing;
    const JsonReader body(*parsed, missing);
    const auto room = body["conversation_id"].integer();
    const JsonReader ids = body["message_ids"];
    if (!ids.array() || ids.size() > most_read_at_once) ids.complain("has to be a list of at most 1000 ids");
    std::vector<std::int64_t> messages;
    for (std::size_t i = 0; !missing && i < ids.size(); ++i) messages.push_back(ids[i].integer());
    if (missing) return respond(failure(missing.error()));
    app.people().rooms().mark_read(
        room, who.id, std::move(messages), [respond = std::move(respond)](const Result<void>& marked) mutable {
            respond(marked ? Response::json(200, R"({"success":true})") : failure(marked.error()));
        });
}

}  // namespace

void add_room_routes(net::Router& router, Application& app) {
    net::RouteLimits small, upload;
    small.max_body = small_body;
    upload.max_body = largest_upload;
    for (const std::string end : {"", "/"}) {
        router.add("POST", "/create-chatroom" + end, for_people(app, create), small);
        router.add("POST", "/join-chatroom" + end, for_people(app, join), small);
        router.add("GET", "/list-chatrooms" + end, for_people(app, list), small);
        router.add("DELETE", "/leave-chatroom/{id}" + end, for_people(app, leave), small);
        router.add_upload(
            "POST", "/send-message" + end,
            [&app](Request request, std::unique_ptr<net::Upload> body, Responder respond) {
                send(app, std::move(request), std::move(body), std::move(respond));
            },
            upload);
        router.add("GET", "/list-messages" + end, for_people(app, list_messages), small);
        router.add("GET", "/list-conversation-messages/{id}" + end, for_people(app, list_conversation), small);
        router.add("POST", "/read-message" + end, for_people(app, mark_read), small);
        router.add_websocket("/ws/chat/{room}" + end, [&app](Request request, std::unique_ptr<net::Upgrade> upgrade) {
            app.people().door().knock(std::move(request), std::move(upgrade));
        });
    }
}

}  // namespace parley::app
