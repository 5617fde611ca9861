#include "rooms/door.hpp"

#include <charconv>

#include "auth/token.hpp"

namespace parley::rooms {
namespace {

using net::Response;

constexpr std::size_t most_sockets = 20;  // of one person

std::optional<std::int64_t> number(std::string_view text) {
    std::int64_t value = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (text.empty() || error != std::errc() || end != text.data() + text.size() || value < 0) return std::nullopt;
    return value;
}

Response away() {
    auto response = Response::problem(503, "unavailable", "the database is away");
    response.headers.set("Retry-After", "2");
    return response;
}

Response too_many(const char* why, long wait_s) {
    auto response = Response::problem(429, "too_many", why);
    response.headers.set("Retry-After", std::to_string(wait_s));
    return response;
}

}  // namespace

void Door::knock(net::Request request, std::unique_ptr<net::Upgrade> upgrade) {
    auto asked = std::make_shared<net::Request>(std::move(request));
    parts_.authenticator.authenticate(
        *asked, [this, asked, upgrade = std::move(upgrade)](auth::Authenticator::Answer answer) mutable {
            if (answer.unavailable) return upgrade->refuse(away());
            if (answer.wait.count() > 0) return upgrade->refuse(too_many(auth::too_many_wrong, answer.wait.count()));
            if (!answer.principal)
                return upgrade->refuse(Response::problem(
                    401, "unauthorized",
                    "sign in first: send the token as \"Authorization: Bearer ...\", as ?token=... or as subprotocol "
                    "parley.token.<token>"));
            if (answer.principal->kind != auth::Principal::Kind::person)
                return upgrade->refuse(
                    Response::problem(403, "forbidden", "rooms are for people: sign in with a username"));
            let_in(*answer.principal, std::move(*asked), std::move(upgrade));
        });
}

void Door::let_in(const auth::Principal& principal, net::Request request, std::unique_ptr<net::Upgrade> upgrade) {
    const auto room = number(request.path_value("room"));
    const auto after_text = request.query_value("after").value_or("");
    RoomSocket::Wish wish{number(after_text), request.query_value("presence").value_or("") == "1"};
    if (!wish.after && !after_text.empty())
        return upgrade->refuse(Response::problem(400, "invalid", "after is the id of the last message seen"));
    if (principal.role == auth::Role::user && parts_.hub.sockets_of(principal.id) >= most_sockets)
        return upgrade->refuse(too_many("you have too many sockets open: close some", 10));
    upgrade->subprotocol = auth::accepted_subprotocol(request);
    parts_.rooms.is_member(
        room.value_or(0), principal.id,
        [this, principal, wish, room, upgrade = std::move(upgrade)](const Result<bool>& member) mutable {
            if (!member) return upgrade->refuse(away());
            if (!*member)
                return upgrade->refuse(
                    Response::problem(404, "not_found", "there is no such chatroom, or you are not in it"));
            auto opening = std::make_shared<RoomSocket>(parts_, *room, principal, wish);
            upgrade->accept(net::WebSocketLimits{},
                            [opening](const std::shared_ptr<net::WebSocket>& socket) { opening->open(socket); });
        });
}

}  // namespace parley::rooms
