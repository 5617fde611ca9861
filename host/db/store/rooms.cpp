#include "db/store/rooms.hpp"

#include <algorithm>
#include <charconv>
#include <pqxx/pqxx>

#include "db/store/array_literal.hpp"
#include "db/store/iso_time.hpp"

namespace parley::db {
namespace {

const std::string room_columns =
    "r.id, r.type, r.name, r.description, r.created_by, " + iso_time("r.created_at") + ", " + iso_time("r.updated_at");

const std::string message_columns =
    "m.id, m.room_id, m.sender_id, m.body, m.picture, m.video, m.file, m.mime, m.file_name, " +
    iso_time("m.created_at") + ", " + iso_time("m.updated_at") +
    ", array_to_string(array(select d.person_id from room_reads d where d.message_id = m.id order by 1), ' ')";

const std::string said_columns =
    message_columns +
    ", r.type, p.username, p.role, (extract(epoch from m.created_at) * 1000)::bigint "
    "from room_messages m join rooms r on r.id = m.room_id join people p on p.id = m.sender_id ";

// "1 2 3"
std::vector<PersonId> ids_of(std::string_view text) {
    std::vector<PersonId> ids;
    const char* at = text.data();
    const char* const end = at + text.size();
    while (at < end) {
        PersonId id = 0;
        const auto [next, error] = std::from_chars(at, end, id);
        if (error != std::errc()) break;
        ids.push_back(id);
        at = next + 1;
    }
    return ids;
}

Room to_room(const pqxx::row& row) {
    Room room;
    room.id = row[0].as<RoomId>();
    room.type = row[1].c_str();
    room.name = row[2].c_str();
    room.description = row[3].c_str();
    room.created_by = row[4].as<PersonId>();
    room.created_at = row[5].c_str();
    room.updated_at = row[6].c_str();
    return room;
}

RoomMessage to_message(const pqxx::row& row) {
    RoomMessage message;
    message.id = row[0].as<std::int64_t>();
    message.room = row[1].as<RoomId>();
    message.sender = row[2].as<PersonId>();
    message.text = row[3].c_str();
    message.picture = row[4].c_str();
    message.video = row[5].c_str();
    message.file = row[6].c_str();
    message.mime = row[7].c_str();
    message.file_name = row[8].c_str();
    message.created_at = row[9].c_str();
    message.updated_at = row[10].c_str();
    message.receivers = ids_of(row[11].c_str());
    return message;
}

SaidInRoom to_said(const pqxx::row& row) {
    return {to_message(row), row[12].c_str(), row[13].c_str(), row[14].c_str(), row[15].as<UnixMillis>()};
}

// Rows come nearest to the asked edge first; they are handed out ascending.
std::vector<RoomMessage> ascending(const pqxx::result& rows) {
    std::vector<RoomMessage> messages;
    for (const auto& row : rows) messages.push_back(to_message(row));
    std::sort(messages.begin(), messages.end(), [](const auto& a, const auto& b) { return a.id < b.id; });
    return messages;
}

std::string direction(const RoomPage& page) {
    return page.after ? "asc" : "desc";
}

}  // namespace

Room insert_room(pqxx::work& tx, const Room& room) {
    Room made = to_room(
        tx.exec_params("with next as (select nextval(pg_get_serial_sequence('rooms', 'id')) as id) "
                       "insert into rooms as r (id, type, name, description, created_by) overriding system value "
                       "select id, $1, coalesce(nullif($2, ''), 'Chatroom ' || id), $3, $4 from next returning " +
                           room_columns,
                       room.type, room.name, room.description, room.created_by)[0]);
    tx.exec_params("insert into room_members (room_id, person_id) values ($1, $2)", made.id, made.created_by);
    return made;
}

std::vector<Room> list_rooms(pqxx::work& tx, PersonId person, RoomId after, std::size_t limit) {
    std::vector<Room> rooms;
    for (const auto& row :
         tx.exec_params("select " + room_columns +
                            ", array_to_string(array(select j.person_id from room_members j where j.room_id = r.id "
                            "                          and j.joined is not null order by j.joined limit 1000), ' ') "
                            "from room_members m join rooms r on r.id = m.room_id "
                            "where m.person_id = $1 and r.id > $2 order by r.id limit $3",
                        person, after, limit)) {
        rooms.push_back(to_room(row));
        rooms.back().members = ids_of(row[7].c_str());
    }
    return rooms;
}

std::optional<Membership> join_room(pqxx::work& tx, RoomId room, PersonId person) {
    // The room's row is not locked: who joins does not wait for who talks.
    const auto rows = tx.exec_params(
        "insert into room_members as m (room_id, person_id, joined) "
        "select r.id, $2::bigint, nextval('room_joins') from rooms r where r.id = $1 "
        "   and not exists (select from room_members t where t.room_id = $1 and t.person_id = $2 "
        "                      and t.joined is not null) "
        "on conflict (person_id, room_id) do update set joined = coalesce(m.joined, excluded.joined) "
        "returning joined",
        room, person);
    if (!rows.empty()) return Membership{rows[0][0].as<std::int64_t>(), room, person};
    const auto there = tx.exec_params(
        "select joined from room_members where room_id = $1 and person_id = $2 "
        "and joined is not null",
        room, person);
    if (there.empty()) return std::nullopt;
    return Membership{there[0][0].as<std::int64_t>(), room, person, false};
}

bool leave_room(pqxx::work& tx, RoomId room, PersonId person) {
    return tx.exec_params("delete from room_members where room_id = $1 and person_id = $2", room, person)
               .affected_rows() == 1;
}

bool is_in_room(pqxx::work& tx, RoomId room, PersonId person) {
    return !tx.exec_params("select from room_members where room_id = $1 and person_id = $2", room, person).empty();
}

bool insert_room_message(pqxx::work& tx, RoomMessage& message) {
    if (message.outbound != 0) {
        const auto there =
            tx.exec_params("select " + message_columns + " from room_messages m where outbound = $1", message.outbound);
        if (!there.empty()) {
            const auto outbound = message.outbound;
            message = to_message(there[0]);
            message.outbound = outbound;
            return true;
        }
    }
    // The room's row is taken first and the id after it, so ids ascend as commits do.
    const auto rows = tx.exec_params(
        "with room as (update rooms r set updated_at = now() where r.id = $1 and ($2::bigint = 0 or exists "
        "                (select from room_members where room_id = $1 and person_id = $2)) returning r.id) "
        "insert into room_messages as m (room_id, sender_id, body, picture, video, file, mime, file_name, outbound) "
        "select id, $2::bigint, $3, $4, $5, $6, $7, $8, nullif($9::bigint, 0) from room "
        "returning m.id, " +
            iso_time("m.created_at"),
        message.room, message.sender, message.text, message.picture, message.video, message.file, message.mime,
        message.file_name, message.outbound);
    if (rows.empty()) return false;
    message.id = rows[0][0].as<std::int64_t>();
    message.created_at = message.updated_at = rows[0][1].c_str();
    return true;
}

std::optional<std::vector<RoomMessage>> list_room_messages(pqxx::work& tx, RoomId room, PersonId person,
                                                           const RoomPage& page) {
    if (!is_in_room(tx, room, person)) return std::nullopt;
    return ascending(tx.exec_params("select " + message_columns +
                                        " from room_messages m where m.room_id = $1 and m.id > $2 and m.id < $3 "
                                        "order by m.id " +
                                        direction(page) + " limit $4",
                                    room, page.after.value_or(0), page.before, page.limit));
}

std::vector<RoomMessage> list_person_messages(pqxx::work& tx, PersonId person, const RoomPage& page) {
    // A page of each room, along its index, and of these one page.
    const std::string order = direction(page);
    return ascending(tx.exec_params("select " + message_columns +
                                        " from room_members b cross join lateral (select * from room_messages o "
                                        "where o.room_id = b.room_id and o.id > $2 and o.id < $3 order by o.id " +
                                        order + " limit $4) m where b.person_id = $1 order by m.id " + order +
                                        " limit $4",
                                    person, page.after.value_or(0), page.before, page.limit));
}

bool mark_room_messages_read(pqxx::work& tx, RoomId room, PersonId person, const std::vector<std::int64_t>& messages) {
    if (!is_in_room(tx, room, person)) return false;
    ArrayLiteral ids;
    for (const auto id : messages) ids.add(id);
    tx.exec_params(
        "insert into room_reads (message_id, person_id) select m.id, $2 from room_messages m "
        "where m.room_id = $1 and m.id = any($3::bigint[]) and m.sender_id <> $2 order by m.id "
        "on conflict do nothing",
        room, person, ids.str());
    return true;
}

std::optional<SaidInRoom> read_said(pqxx::work& tx, std::int64_t message) {
    const auto rows = tx.exec_params("select " + said_columns + "where m.id = $1", message);
    if (rows.empty()) return std::nullopt;
    return to_said(rows[0]);
}

std::vector<SaidInRoom> list_said(pqxx::work& tx, UnixMillis since, std::int64_t after, std::size_t limit) {
    std::vector<SaidInRoom> said;
    for (const auto& row :
         tx.exec_params("select " + said_columns +
                            "where m.created_at >= to_timestamp($1::bigint / 1000.0) and m.sender_id <> 0 "
                            "and m.id > $2 order by m.id limit $3",
                        since, after, limit))
        said.push_back(to_said(row));
    return said;
}

}  // namespace parley::db
