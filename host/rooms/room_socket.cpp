#include "rooms/room_socket.hpp"

#include "core/json_reader.hpp"

namespace parley::rooms {
namespace {

// What a socket may queue (net::WebSocketLimits: 1 MiB) holds what is left of one page, the next one, and what is said
// while that is read. A person's message is 96 KiB of JSON at worst, and what is said at once 384 KiB.
constexpr std::size_t page_size = 32;
constexpr std::size_t most_page_bytes = 384 * 1024;
constexpr std::size_t queue_for_next_page = 2;
constexpr std::chrono::milliseconds look_at_queue{20};
constexpr std::chrono::milliseconds typing_every{500};

}  // namespace

RoomSocket::RoomSocket(Parts parts, db::RoomId room, auth::Principal principal, Wish wish)
    : parts_(std::move(parts)), room_(room), principal_(std::move(principal)), wish_(wish) {}

void RoomSocket::open(const std::shared_ptr<net::WebSocket>& socket) {
    listener_ = std::make_unique<Listener>(parts_.hub, room_, principal_.id, socket, wish_.presence);
    const auto self = shared_from_this();
    socket->on_message = [self](const std::string& text) { self->heard(text); };
    socket->on_close = [self](std::uint16_t) {
        self->watch_.reset();
        self->listener_.reset();
    };
    watch_ = parts_.authenticator.watch(principal_, [weak = weak_from_this()] {
        if (const auto here = weak.lock()) here->close(closed_signed_out, "signed out");
    });
    // It listens already, so that nothing is missed between what is read now and what is said from now on. Without a
    // wish for what was said before, this still finds out whether the person is in the room.
    catch_up(wish_.after.value_or(INT64_MAX - 1));
}

void RoomSocket::catch_up(std::int64_t after) {
    db::RoomPage page;
    page.after = after;
    page.limit = page_size;
    parts_.rooms.list_messages(room_, principal_.id, page,
                               [self = shared_from_this(), after](Result<std::vector<db::RoomMessage>> messages) {
                                   if (!self->listener_) return;
                                   if (messages) return self->send_missed(*messages, after);
                                   if (messages.error().code == Errc::not_found)
                                       return self->close(closed_not_a_member, "you are not in this room");
                                   self->close(1011, "the database is away: connect again");
                               });
}

void RoomSocket::send_missed(const std::vector<db::RoomMessage>& messages, std::int64_t after) {
    auto& socket = listener_->socket();
    if (!wish_.after) return listener_->go_live(0);
    std::int64_t seen = after;
    std::size_t bytes = 0;
    for (const auto& message : messages) {
        const auto event = message_event(message, parts_.link);
        bytes += event->size();
        if (seen != after && bytes > most_page_bytes) break;  // the rest is read again
        socket.send(event);
        seen = message.id;
    }
    const bool all = messages.empty() || seen == messages.back().id;
    if (all && messages.size() < page_size) return listener_->go_live(seen);
    listener_->forget(seen);
    go_on_after(seen);
}

void RoomSocket::go_on_after(std::int64_t seen) {
    if (!listener_) return;
    if (listener_->socket().queued() <= queue_for_next_page) return catch_up(seen);
    parts_.executor.after(look_at_queue, [self = shared_from_this(), seen] { self->go_on_after(seen); });
}

void RoomSocket::heard(const std::string& text) {
    if (!listener_) return;
    parts_.authenticator.used(principal_);
    const auto complain = [this](std::string_view what) { listener_->socket().send(error_event("invalid", what)); };
    const auto parsed = parse_json(text);
    if (!parsed) return complain(parsed.error().message);
    JsonProblem ignored;
    const JsonReader frame(*parsed, ignored);
    if (const auto room = frame["conversation"].int_or(room_); room != room_)
        return complain("this socket is in another conversation");
    const auto type = frame["type"].view_or("");
    if (type == "message") return heard_message(frame["text"].string_or(""));
    if (type != "typing") return complain(R"(the type is "message" or "typing")");
    const auto now = std::chrono::steady_clock::now();
    if (now < last_typing_ + typing_every) return;
    last_typing_ = now;
    parts_.hub.tell(room_, typing_event(room_, principal_.id, frame["typing"].bool_or(true)));
}

// The one who says it is who signed in, whatever the frame's `sender` is.
void RoomSocket::heard_message(std::string text) {
    db::RoomMessage message;
    message.room = room_;
    message.sender = principal_.id;
    message.text = std::move(text);
    parts_.rooms.send(std::move(message), [self = shared_from_this()](const Result<db::RoomMessage>& sent) {
        if (sent || !self->listener_) return;
        if (sent.error().code == Errc::not_found) return self->close(closed_not_a_member, "you are not in this room");
        self->listener_->socket().send(error_event(to_string(sent.error().code), sent.error().message));
    });
}

void RoomSocket::close(std::uint16_t code, const std::string& reason) {
    if (listener_) listener_->socket().close(code, reason);
}

}  // namespace parley::rooms
