// One WebSocket in one room: what was said before, what is said now, and what its person says. [I/O thread]
//
// In:  {"type": "message", "text": "..."}   as POST /send-message/
//      {"type": "typing", "typing": true}   told to the room, not stored
// Out: {"type": "message", ...}, {"type": "typing", ...}, {"type": "presence", ...} if asked for, {"type": "error",
// ...}
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>

#include "auth/principal.hpp"
#include "core/executor.hpp"
#include "rooms/hub.hpp"
#include "rooms/rooms.hpp"

namespace parley::rooms {

class RoomSocket : public std::enable_shared_from_this<RoomSocket> {
public:
    struct Parts {
        Executor& executor;
        Hub& hub;
        Rooms& rooms;
        auth::Authenticator& authenticator;
        Link link;
    };
    struct Wish {
        std::optional<std::int64_t> after;  // the last message seen; none: only what is said from now on
        bool presence = false;              // who comes and goes
    };

    RoomSocket(Parts parts, db::RoomId room, auth::Principal principal, Wish wish);

    // Takes the socket over; it keeps this alive until it is closed. Who has left the room meanwhile is turned away.
    void open(const std::shared_ptr<net::WebSocket>& socket);

private:
    void catch_up(std::int64_t after);
    void send_missed(const std::vector<db::RoomMessage>& messages, std::int64_t after);
    void go_on_after(std::int64_t seen);
    void heard(const std::string& text);
    void heard_message(std::string text);
    void close(std::uint16_t code, const std::string& reason);

    Parts parts_;
    const db::RoomId room_;
    const auth::Principal principal_;
    const Wish wish_;
    std::unique_ptr<Listener> listener_;  // none: closed
    std::shared_ptr<void> watch_;
    SteadyTime last_typing_{};
};

}  // namespace parley::rooms
