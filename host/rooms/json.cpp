#include "rooms/json.hpp"

#include <boost/json.hpp>

namespace parley::rooms {
namespace {

namespace json = boost::json;

json::array ids(const std::vector<db::PersonId>& people) {
    json::array list;
    for (const auto person : people) list.emplace_back(person);
    return list;
}

// Fields in the order in which they are documented.
json::object describe(const db::Room& room) {
    json::object object;
    object["id"] = room.id;
    object["members"] = ids(room.members);
    object["type"] = room.type;
    object["name"] = room.name;
    object["description"] = room.description;
    object["created_by"] = room.created_by;
    object["created_at"] = room.created_at;
    object["updated_at"] = room.updated_at;
    return object;
}

json::value attachment(const std::string& stored, const Link& link) {
    if (stored.empty()) return nullptr;
    return json::value(link(stored));
}

void describe(json::object& object, const db::RoomMessage& message, const Link& link) {
    object["id"] = message.id;
    object["conversation"] = message.room;
    object["sender"] = message.sender;
    object["receivers"] = ids(message.receivers);
    object["attachment_picture"] = attachment(message.picture, link);
    object["attachment_video"] = attachment(message.video, link);
    std::string text = message.text;
    if (!message.file.empty()) text += (text.empty() ? "" : "\n") + link(message.file);
    object["text"] = text;
    object["created_at"] = message.created_at;
    object["updated_at"] = message.updated_at;
}

Event event_of(const json::object& object) {
    return std::make_shared<const std::string>(json::serialize(object));
}

}  // namespace

std::string to_json(const db::Room& room) {
    return json::serialize(describe(room));
}

std::string to_json(const std::vector<db::Room>& rooms) {
    json::array list;
    for (const auto& room : rooms) list.push_back(describe(room));
    return json::serialize(list);
}

std::string to_json(const db::Membership& membership) {
    json::object object;
    object["id"] = membership.id;
    object["conversation"] = membership.room;
    object["user"] = membership.person;
    return json::serialize(object);
}

std::string to_json(const db::RoomMessage& message, const Link& link) {
    json::object object;
    describe(object, message, link);
    return json::serialize(object);
}

std::string to_json(const std::vector<db::RoomMessage>& messages, const Link& link) {
    json::array list;
    for (const auto& message : messages) {
        json::object object;
        describe(object, message, link);
        list.push_back(std::move(object));
    }
    return json::serialize(list);
}

Event message_event(const db::RoomMessage& message, const Link& link) {
    json::object object;
    object["type"] = "message";
    describe(object, message, link);
    return event_of(object);
}

Event typing_event(db::RoomId room, db::PersonId sender, bool on) {
    json::object object;
    object["type"] = "typing";
    object["conversation"] = room;
    object["sender"] = sender;
    object["typing"] = on;
    return event_of(object);
}

Event presence_event(db::RoomId room, db::PersonId person, bool online) {
    json::object object;
    object["type"] = "presence";
    object["conversation"] = room;
    object["user"] = person;
    object["online"] = online;
    return event_of(object);
}

Event error_event(std::string_view code, std::string_view message) {
    json::object object;
    object["type"] = "error";
    object["code"] = json::string(code.data(), code.size());
    object["message"] = json::string(message.data(), message.size());
    return event_of(object);
}

}  // namespace parley::rooms
