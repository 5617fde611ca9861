// Who listens in which room on this node, and telling them. A text is made once and shared by all sockets of a room; a
// socket that does not read is closed by itself and costs the others nothing. Nothing here is stored. [I/O thread]
#pragma once

#include <cstdint>
#include <deque>
#include <memory>
#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

#include "db/store/rooms.hpp"
#include "net/websocket.hpp"
#include "rooms/json.hpp"

namespace parley::rooms {

// Why sockets are closed, beside what RFC 6455 has.
inline constexpr std::uint16_t closed_signed_out = 4401;  // the token does not hold any more
inline constexpr std::uint16_t closed_not_a_member = 4403;

class Hub;

// One socket's place in a room; it leaves when this is destroyed.
class Listener {
public:
    Listener(Hub& hub, db::RoomId room, db::PersonId person, std::shared_ptr<net::WebSocket> socket,
             bool wants_presence);
    ~Listener();
    Listener(const Listener&) = delete;
    Listener& operator=(const Listener&) = delete;

    db::RoomId room() const { return room_; }
    db::PersonId person() const { return person_; }
    net::WebSocket& socket() { return *socket_; }

    // Messages up to `seen` need not be held back any more: the owner has them.
    void forget(std::int64_t seen);

    // A listener begins holding back what is published, while its owner reads what was said before. Now it gets what
    // was held back, but for messages up to `seen`, and then everything as it comes.
    void go_live(std::int64_t seen);

private:
    friend class Hub;
    void tell(std::int64_t message, const Event& event);

    Hub& hub_;
    db::RoomId room_;
    db::PersonId person_;
    std::shared_ptr<net::WebSocket> socket_;
    bool wants_presence_;
    bool live_ = false;
    std::deque<std::pair<std::int64_t, Event>> held_;  // message id (0: of no message) and event
};

class Hub {
public:
    // A message that is committed. Those of a room come in the order of their ids.
    void publish(db::RoomId room, std::int64_t message, const Event& event);

    // Something that is not stored: typing. Not to those who are still reading what was said before.
    void tell(db::RoomId room, const Event& event);

    // Closes what a person has open in a room.
    void close(db::RoomId room, db::PersonId person, std::uint16_t code, const std::string& reason);

    std::size_t sockets_of(db::PersonId person) const;
    std::size_t sockets() const { return sockets_; }

private:
    friend class Listener;
    void enter(Listener& listener);
    void leave(Listener& listener);
    void announce(const Listener& who, bool online);

    std::unordered_map<db::RoomId, std::vector<Listener*>> rooms_;
    std::unordered_map<db::PersonId, std::size_t> people_;
    std::size_t sockets_ = 0;
};

}  // namespace parley::rooms
