// Requests to open a WebSocket in a room: who asks, and is that person in it? [I/O thread]
#pragma once

#include <memory>

#include "net/websocket.hpp"
#include "rooms/room_socket.hpp"

namespace parley::rooms {

class Door {
public:
    explicit Door(RoomSocket::Parts parts) : parts_(std::move(parts)) {}

    // ws/chat/{room}/?after=<id of the last message seen>&presence=1. Refused with 401 without a token that holds, 403
    // for what is not a person, 404 for a room that the person is not in or that is not there, 429 with too many
    // sockets open.
    void knock(net::Request request, std::unique_ptr<net::Upgrade> upgrade);

private:
    void let_in(const auth::Principal& principal, net::Request request, std::unique_ptr<net::Upgrade> upgrade);

    RoomSocket::Parts parts_;
};

}  // namespace parley::rooms
