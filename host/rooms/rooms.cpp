#include "rooms/rooms.hpp"

#include <algorithm>

#include "core/ids.hpp"
#include "core/text.hpp"
#include "db/store/audit.hpp"
#include "rooms/inbound.hpp"

namespace parley::rooms {
namespace {

constexpr std::size_t longest_name = 200, longest_description = 2000;
constexpr std::size_t most_waiting = 10'000, most_waiting_in_room = 1000, most_at_once = 64;
// Bytes of text that are told at once. JSON writes a byte as six at worst: 384 KiB of what a socket may queue.
constexpr std::size_t most_text_at_once = 64 * 1024;
constexpr std::size_t most_allowances = 20'000;
constexpr std::size_t most_offered = 2000;  // at once
constexpr std::chrono::seconds offer_again_after{2};
constexpr UnixMillis overlap_ms = 60'000;

Error no_such_room() {
    return make_error(Errc::not_found, "there is no such chatroom, or you are not in it");
}

// How the audit log names a room.
std::string room_path(db::RoomId room) {
    return "/rooms/" + std::to_string(room);
}

channels::SendError as_send_error(const Error& error) {
    if (error.code == Errc::not_found) return {channels::SendError::Class::permanent, "there is no such room", 0};
    if (error.code == Errc::invalid) return {channels::SendError::Class::permanent, error.message, 0};
    return {channels::SendError::Class::transient, error.message, 1000};
}

}  // namespace

Rooms::Rooms(Parts parts) : parts_(std::move(parts)) {}

template <class T>
void Rooms::read(std::function<Result<T>(pqxx::work&)> body, Done<T> done) {
    auto found = std::make_shared<Result<T>>(make_error(Errc::internal, "nothing was read"));
    parts_.pool.run_async(
        parts_.executor, [found, body = std::move(body)](pqxx::work& tx) { *found = body(tx); },
        [found, done = std::move(done)](const Result<void>& ok) mutable {
            done(ok ? std::move(*found) : Result<T>(ok.error()));
        },
        db::Rerun::safe);
}

void Rooms::create(db::Room room, const Actor& maker, Done<db::Room> done) {
    room.created_by = maker.id;
    if (room.type != "chat" && room.type != "group")
        return done(make_error(Errc::invalid, "the type of a chatroom is \"chat\" or \"group\""));
    if (room.name.size() > longest_name || room.description.size() > longest_description ||
        !text::is_storable(room.name) || !text::is_storable(room.description))
        return done(make_error(Errc::invalid, "name (at most 200 bytes) or description (2000) will not do"));
    auto made = std::make_shared<db::Room>();
    parts_.pool.run_async(
        parts_.executor,
        [made, room = std::move(room), maker](pqxx::work& tx) {
            *made = db::insert_room(tx, room);
            db::write_audit(tx, maker, {"createRoom", room_path(made->id), "", "", 201});
        },
        [made, done = std::move(done)](const Result<void>& ok) mutable {
            done(ok ? Result<db::Room>(std::move(*made)) : Result<db::Room>(ok.error()));
        });
}

void Rooms::join(db::RoomId room, const Actor& person, Done<db::Membership> done) {
    read<db::Membership>(
        [room, person](pqxx::work& tx) -> Result<db::Membership> {
            const auto joined = db::join_room(tx, room, person.id);
            if (!joined) return make_error(Errc::not_found, "there is no such chatroom");
            if (joined->fresh) db::write_audit(tx, person, {"joinRoom", room_path(room), "", "", 201});
            return *joined;
        },
        std::move(done));
}

void Rooms::leave(db::RoomId room, const Actor& person, Done<void> done) {
    auto left = std::make_shared<bool>(false);
    parts_.pool.run_async(
        parts_.executor,
        [left, room, person](pqxx::work& tx) {
            if (!db::leave_room(tx, room, person.id)) return;
            *left = true;
            db::write_audit(tx, person, {"leaveRoom", room_path(room)});
        },
        [this, left, room, person = person.id, done = std::move(done)](const Result<void>& ok) mutable {
            if (!ok) return done(ok.error());
            parts_.hub.close(room, person, closed_not_a_member, "you left the room");
            done(*left ? Result<void>() : Result<void>(no_such_room()));
        },
        db::Rerun::safe);
}

void Rooms::list(db::PersonId person, db::RoomId after, Done<std::vector<db::Room>> done) {
    read<std::vector<db::Room>>(
        [person, after](pqxx::work& tx) -> Result<std::vector<db::Room>> {
            return db::list_rooms(tx, person, after, most_rows);
        },
        std::move(done));
}

void Rooms::list_messages(db::PersonId person, const db::RoomPage& page, Done<std::vector<db::RoomMessage>> done) {
    read<std::vector<db::RoomMessage>>(
        [person, page](pqxx::work& tx) -> Result<std::vector<db::RoomMessage>> {
            return db::list_person_messages(tx, person, page);
        },
        std::move(done));
}

void Rooms::list_messages(db::RoomId room, db::PersonId person, const db::RoomPage& page,
                          Done<std::vector<db::RoomMessage>> done) {
    read<std::vector<db::RoomMessage>>(
        [room, person, page](pqxx::work& tx) -> Result<std::vector<db::RoomMessage>> {
            if (auto found = db::list_room_messages(tx, room, person, page)) return std::move(*found);
            return no_such_room();
        },
        std::move(done));
}

void Rooms::mark_read(db::RoomId room, db::PersonId person, std::vector<std::int64_t> messages, Done<void> done) {
    auto member = std::make_shared<bool>(false);
    parts_.pool.run_async(
        parts_.executor,
        [member, room, person, messages = std::move(messages)](pqxx::work& tx) {
            *member = db::mark_room_messages_read(tx, room, person, messages);
        },
        [member, done = std::move(done)](const Result<void>& ok) mutable {
            if (!ok) return done(ok.error());
            done(*member ? Result<void>() : Result<void>(no_such_room()));
        },
        db::Rerun::safe);
}

void Rooms::is_member(db::RoomId room, db::PersonId person, Done<bool> done) {
    read<bool>([room, person](pqxx::work& tx) -> Result<bool> { return db::is_in_room(tx, room, person); },
               std::move(done));
}

void Rooms::send(db::RoomMessage message, Done<db::RoomMessage> done) {
    if (text::trim(message.text).empty() && message.stored().empty())
        return done(make_error(Errc::invalid, "a message needs a text or an attachment"));
    if (message.text.size() > longest_text || !text::is_storable(message.text))
        return done(make_error(Errc::invalid, "the text is too long (16384 bytes are the most), or it is no text"));
    if (take(messages_, message.sender, {10, 100}).count() > 0)
        return done(make_error(Errc::overloaded, "you are too fast: wait a second"));
    enqueue(std::move(message), std::move(done));
}

std::chrono::seconds Rooms::wait_to_send_files(db::PersonId person, std::uint64_t bytes) {
    const auto wait = take(files_, person, {0.1, 20});
    if (wait.count() > 0) return wait;
    const auto a_day = static_cast<double>(most_file_bytes_a_day);
    return take(bytes_, person, {a_day / (24 * 3600), a_day}, static_cast<double>(bytes));
}

std::chrono::seconds Rooms::take(Allowances& allowances, db::PersonId person, Rate rate, double amount) {
    const auto now = std::chrono::steady_clock::now();
    if (allowances.size() >= most_allowances) allowances.clear();
    auto [place, fresh] = allowances.try_emplace(person);
    auto& allowance = place->second;
    const std::chrono::duration<double> passed = now - allowance.as_of;
    allowance.left = fresh ? rate.at_once : std::min(rate.at_once, allowance.left + passed.count() * rate.a_second);
    allowance.as_of = now;
    if (allowance.left < amount)
        return std::chrono::seconds(static_cast<std::int64_t>((amount - allowance.left) / rate.a_second) + 1);
    allowance.left -= amount;
    return {};
}

void Rooms::enqueue(db::RoomMessage message, Done<db::RoomMessage> done) {
    const auto room = message.room;
    auto& lane = lanes_[room];
    if (waiting_ >= most_waiting || lane.waiting.size() >= most_waiting_in_room) {
        if (lane.waiting.empty() && !lane.writing) lanes_.erase(room);
        return done(make_error(Errc::overloaded, "too much is said at once: try again in a second"));
    }
    ++waiting_;
    lane.waiting.push_back(Job{std::move(message), std::move(done), false, std::nullopt});
    if (!lane.writing) write(room);
}

void Rooms::write(db::RoomId room) {
    auto& lane = lanes_[room];
    lane.writing = true;
    auto jobs = std::make_shared<std::vector<Job>>();
    std::size_t bytes = 0;
    while (!lane.waiting.empty() && jobs->size() < most_at_once) {
        bytes += lane.waiting.front().message.text.size();
        if (!jobs->empty() && bytes > most_text_at_once) break;
        jobs->push_back(std::move(lane.waiting.front()));
        lane.waiting.pop_front();
    }
    waiting_ -= jobs->size();
    parts_.pool.run_async(
        parts_.executor,
        [jobs](pqxx::work& tx) {
            for (auto& job : *jobs) {
                job.refused = !db::insert_room_message(tx, job.message);
                if (!job.refused && job.message.sender != db::bot_person) job.said = db::read_said(tx, job.message.id);
            }
        },
        [this, room, jobs](const Result<void>& ok) {
            if (ok) {
                written(*jobs);
            } else {
                for (auto& job : *jobs) job.done(ok.error());
            }
            auto& here = lanes_[room];
            here.writing = false;
            if (here.waiting.empty()) {
                lanes_.erase(room);
            } else {
                write(room);
            }
        });
}

void Rooms::written(std::vector<Job>& jobs) {
    std::vector<Job> for_bot;
    for (auto& job : jobs) {
        if (job.refused) {
            job.done(no_such_room());
            continue;
        }
        parts_.hub.publish(job.message.room, job.message.id, message_event(job.message, parts_.link));
        if (job.said) {
            for_bot.push_back(std::move(job));
        } else {
            job.done(std::move(job.message));
        }
    }
    if (!for_bot.empty()) hand_to_bot(std::move(for_bot));
}

// The room has the message whatever comes of this, so its sender is not told to send it again.
void Rooms::hand_to_bot(std::vector<Job> jobs) {
    channels::Decoded decoded;
    const UnixMillis first = jobs.front().said->at;
    for (const auto& job : jobs) decoded.messages.push_back(to_inbound(*job.said, parts_.account));
    parts_.offer(std::move(decoded), [this, first, jobs = std::move(jobs)](bool taken) mutable {
        if (!taken) offer_again(first);
        for (auto& job : jobs) job.done(std::move(job.message));
    });
}

void Rooms::offer_again(UnixMillis since) {
    const bool under_way = not_offered_ != 0;
    not_offered_ = under_way ? std::min(not_offered_, since) : since;
    if (under_way) return;
    parts_.executor.after(offer_again_after, [this] {
        const UnixMillis from = std::exchange(not_offered_, 0);
        said(from - overlap_ms, [this, from](Result<channels::Decoded> missed) {
            if (!missed) return offer_again(from);
            parts_.offer(std::move(*missed), [this, from](bool taken) {
                if (!taken) offer_again(from);
            });
        });
    });
}

void Rooms::say(const Outbound& message, UniqueFunction<void(channels::SendResult)> done) {
    db::RoomMessage said;
    said.room = channels::room_of_chat(message.chat).value_or(0);
    said.sender = db::bot_person;
    said.outbound = message.id;
    said.text = message.text;
    if (!message.media.stored.empty()) {
        const auto kind = message.as_file ? MediaKind::document : message.media.kind;
        (kind == MediaKind::image   ? said.picture
         : kind == MediaKind::video ? said.video
                                    : said.file) = message.media.stored;
        said.mime = message.media.mime;
        said.file_name = message.media.name;
    }
    auto shared = std::make_shared<UniqueFunction<void(channels::SendResult)>>(std::move(done));
    // Not from inside this call: a full lane answers at once.
    parts_.executor.post([this, shared, said = std::move(said)]() mutable {
        enqueue(std::move(said), [shared](Result<db::RoomMessage> written) {
            if (!written) return (*shared)(as_send_error(written.error()));
            (*shared)(channels::Sent{"room-message:" + std::to_string(written->id)});
        });
    });
}

void Rooms::typing(std::int64_t room, bool on) {
    parts_.hub.tell(room, typing_event(room, db::bot_person, on));
}

void Rooms::said(UnixMillis since, UniqueFunction<void(Result<channels::Decoded>)> done) {
    said_after(since, 0, std::move(done));
}

void Rooms::said_after(UnixMillis since, std::int64_t after, Done<channels::Decoded> done) {
    read<std::vector<db::SaidInRoom>>(
        [since, after](pqxx::work& tx) -> Result<std::vector<db::SaidInRoom>> {
            return db::list_said(tx, since, after, most_offered);
        },
        [this, since, done = std::move(done)](Result<std::vector<db::SaidInRoom>> said) mutable {
            if (!said) return done(said.error());
            channels::Decoded decoded;
            for (const auto& one : *said) decoded.messages.push_back(to_inbound(one, parts_.account));
            if (said->size() < most_offered) return done(std::move(decoded));
            const auto last = said->back().message.id;
            parts_.offer(std::move(decoded), [this, since, last, done = std::move(done)](bool taken) mutable {
                if (taken) return said_after(since, last, std::move(done));
                done(make_error(Errc::unavailable, "not all that was said in rooms could be stored"));
            });
        });
}

}  // namespace parley::rooms
