// Rooms, who is in them, and what was said there. [database threads, block] Functions run in the transaction they are
// given and throw when the database is unavailable. Each of them that people ask for looks at the membership itself:
// nothing tells a room that is not there from one that somebody is not in.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "core/message.hpp"
#include "db/store/people.hpp"

namespace parley::db {

using RoomId = std::int64_t;

struct Room {
    RoomId id = 0;
    std::string type;  // "chat": commands as in a direct chat; "group": as in a group
    std::string name, description;
    PersonId created_by = 0;
    std::vector<PersonId> members;  // who joined; not who made it, until that person joins too
    std::string created_at, updated_at;
};
// Its maker is in it. An empty name: "Chatroom <id>".
Room insert_room(pqxx::work& tx, const Room& room);
std::vector<Room> list_rooms(pqxx::work& tx, PersonId person, RoomId after, std::size_t limit);

struct Membership {
    std::int64_t id = 0;
    RoomId room = 0;
    PersonId person = 0;
    bool fresh = true;  // false: was in it before
};
// Nothing: there is no such room. Joining again is the membership that there is.
std::optional<Membership> join_room(pqxx::work& tx, RoomId room, PersonId person);
bool leave_room(pqxx::work& tx, RoomId room, PersonId person);  // false: was not in it
bool is_in_room(pqxx::work& tx, RoomId room, PersonId person);

struct RoomMessage {
    std::int64_t id = 0;
    RoomId room = 0;
    PersonId sender = 0;
    std::vector<PersonId> receivers;  // who has read it
    std::string text;
    std::string picture, video, file;  // names in the media store; at most one of them
    std::string mime, file_name;       // of that file
    MessageId outbound = 0;            // messages.id, of the bot's
    std::string created_at, updated_at;

    const std::string& stored() const { return !picture.empty() ? picture : !video.empty() ? video : file; }
};
// Writes id and times into `message`. False: the sender is not in that room (the bot is in all of them). One that the
// bot sends again is the one that is there.
bool insert_room_message(pqxx::work& tx, RoomMessage& message);

// Ascending: the first ones behind `after` if it is given, else the newest below `before`.
struct RoomPage {
    std::optional<std::int64_t> after{};
    std::int64_t before = INT64_MAX;
    std::size_t limit = 200;
};
// Of one room; nothing when the person is not in it. Of all the person's rooms.
std::optional<std::vector<RoomMessage>> list_room_messages(pqxx::work& tx, RoomId room, PersonId person,
                                                           const RoomPage& page);
std::vector<RoomMessage> list_person_messages(pqxx::work& tx, PersonId person, const RoomPage& page);

// Marks those of the ids that are messages of others in this room. False: the person is not in it.
bool mark_room_messages_read(pqxx::work& tx, RoomId room, PersonId person, const std::vector<std::int64_t>& messages);

// What the bot needs to know of a message.
struct SaidInRoom {
    RoomMessage message;
    std::string room_type, username, role;
    UnixMillis at = 0;
};
std::optional<SaidInRoom> read_said(pqxx::work& tx, std::int64_t message);
// By people, ascending, with ids above `after`.
std::vector<SaidInRoom> list_said(pqxx::work& tx, UnixMillis since, std::int64_t after, std::size_t limit);

}  // namespace parley::db
