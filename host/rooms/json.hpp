// Rooms and what is said in them as JSON: the answers of the routes and the events on WebSockets. Plain functions.
// [any thread]
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "db/store/rooms.hpp"

namespace parley::rooms {

// Where a stored file can be fetched for a while, by its name in the media store.
using Link = std::function<std::string(const std::string& stored)>;

// {"id", "members", "type", "name", "description", "created_by", "created_at", "updated_at"}
std::string to_json(const db::Room& room);
std::string to_json(const std::vector<db::Room>& rooms);

// {"id", "conversation", "user"}
std::string to_json(const db::Membership& membership);

// {"id", "conversation", "sender", "receivers", "attachment_picture", "attachment_video", "text", "created_at",
// "updated_at"}. A file that is neither picture nor video is linked to in the text.
std::string to_json(const db::RoomMessage& message, const Link& link);
std::string to_json(const std::vector<db::RoomMessage>& messages, const Link& link);

// Events on WebSockets, one text for all sockets of a room.
using Event = std::shared_ptr<const std::string>;
Event message_event(const db::RoomMessage& message, const Link& link);    // the message with type "message"
Event typing_event(db::RoomId room, db::PersonId sender, bool on);        // {"type": "typing", ...}
Event presence_event(db::RoomId room, db::PersonId person, bool online);  // {"type": "presence", ...}
Event error_event(std::string_view code, std::string_view message);       // {"type": "error", ...}

}  // namespace parley::rooms
