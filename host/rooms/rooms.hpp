// Rooms: making, joining, leaving, talking, reading. What is said is committed, told to who listens, and handed to the
// bot; the bot's answers come back the same way. [I/O thread] Every `done` is called there, once.
#pragma once

#include <chrono>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <unordered_map>
#include <vector>

#include "channels/web/web_channel.hpp"
#include "core/effects.hpp"
#include "core/executor.hpp"
#include "core/log.hpp"
#include "db/pool.hpp"
#include "db/store/rooms.hpp"
#include "rooms/hub.hpp"
#include "rooms/json.hpp"

namespace parley::rooms {

inline constexpr std::size_t longest_text = 16 * 1024;
inline constexpr std::size_t most_rows = 1000;  // of one answer
// Of one person. In the 30 days that files are kept nobody fills the 10 GiB there are for all.
inline constexpr std::uint64_t most_file_bytes_a_day = 256u << 20;

class Rooms final : public channels::WebRooms {
public:
    struct Parts {
        Executor& executor;
        db::Pool& pool;
        Hub& hub;
        AccountId account = 0;  // of the web channel
        Link link;
        // Hands messages to the pipeline; true once they are committed there.
        std::function<void(channels::Decoded, UniqueFunction<void(bool taken)>)> offer;
        Logger log;
    };
    explicit Rooms(Parts parts);

    template <class T>
    using Done = UniqueFunction<void(Result<T>)>;

    // Who makes, joins or leaves a room is told in the audit log; what is said stands in the room itself.
    // `room` has type ("chat", "group"), name and description. Errc::invalid: something is too long or no text.
    void create(db::Room room, const Actor& maker, Done<db::Room> done);
    // Errc::not_found for a room that is not there; in all others that, and one that the person is not in, are alike.
    void join(db::RoomId room, const Actor& person, Done<db::Membership> done);
    void leave(db::RoomId room, const Actor& person, Done<void> done);
    void list(db::PersonId person, db::RoomId after, Done<std::vector<db::Room>> done);

    // A message of a person. `done` comes when the bot has it as well, or will have it.
    // Errc::invalid: it is empty or too long; Errc::overloaded: the person, or the room, is too fast.
    void send(db::RoomMessage message, Done<db::RoomMessage> done);
    // Asked before a message with files, of so many bytes in all, is received: files cost more than words. How long the
    // person has to wait; zero: not at all, and it counts.
    std::chrono::seconds wait_to_send_files(db::PersonId person, std::uint64_t bytes);
    void list_messages(db::PersonId person, const db::RoomPage& page, Done<std::vector<db::RoomMessage>> done);
    void list_messages(db::RoomId room, db::PersonId person, const db::RoomPage& page,
                       Done<std::vector<db::RoomMessage>> done);
    void mark_read(db::RoomId room, db::PersonId person, std::vector<std::int64_t> messages, Done<void> done);
    void is_member(db::RoomId room, db::PersonId person, Done<bool> done);

    // The bot's side.
    void say(const Outbound& message, UniqueFunction<void(channels::SendResult)> done) override;
    void typing(std::int64_t room, bool on) override;
    void said(UnixMillis since, UniqueFunction<void(Result<channels::Decoded>)> done) override;

private:
    struct Job {
        db::RoomMessage message;
        Done<db::RoomMessage> done;
        bool refused = false;                // not a member, or no such room
        std::optional<db::SaidInRoom> said;  // by a person: what the bot hears
    };
    // What waits to be written in one room. One transaction at a time, so that sockets hear in the order of ids.
    struct Lane {
        std::deque<Job> waiting;
        bool writing = false;
    };
    struct Allowance {
        double left = 0;
        SteadyTime as_of{};
    };
    using Allowances = std::unordered_map<db::PersonId, Allowance>;

    void enqueue(db::RoomMessage message, Done<db::RoomMessage> done);
    void write(db::RoomId room);
    void written(std::vector<Job>& jobs);
    void hand_to_bot(std::vector<Job> jobs);
    void offer_again(UnixMillis since);
    void said_after(UnixMillis since, std::int64_t after, Done<channels::Decoded> done);
    struct Rate {
        double a_second, at_once;
    };
    static std::chrono::seconds take(Allowances& allowances, db::PersonId person, Rate rate, double amount = 1);
    template <class T>
    void read(std::function<Result<T>(pqxx::work&)> body, Done<T> done);

    Parts parts_;
    std::unordered_map<db::RoomId, Lane> lanes_;
    std::size_t waiting_ = 0;
    Allowances messages_, files_, bytes_;
    UnixMillis not_offered_ = 0;  // the bot may lack what was said since then; 0: it has all
};

}  // namespace parley::rooms
