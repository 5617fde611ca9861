// Rooms on a fresh database, with three people who exist.
#pragma once

#include <catch2/catch.hpp>
#include <optional>
#include <pqxx/pqxx>

#include "rooms/rooms.hpp"
#include "support/manual_executor.hpp"
#include "support/postgres.hpp"
#include "support/result_printer.hpp"

namespace parley::rooms {

struct RoomsFixture {
    RoomsFixture() {
        pool.run([&](pqxx::work& tx) {
            for (const char* name : {"ada", "grace", "eve"}) db::insert_person(tx, name, "", "user");
        });
    }

    template <class T, class Begin>
    Result<T> wait(Begin begin) {
        std::optional<Result<T>> answer;
        begin([&](Result<T> given) { answer.emplace(std::move(given)); });
        executor.run_until([&] { return answer.has_value(); });
        return std::move(*answer);
    }
    db::Room create(db::PersonId person, const std::string& type = "chat") {
        db::Room room;
        room.type = type;
        return wait<db::Room>([&](auto done) {
                   rooms.create(room, {"person", person, "somebody"}, std::move(done));
               })
            .value();
    }
    Result<db::Membership> join(db::RoomId room, db::PersonId person) {
        return wait<db::Membership>([&](auto done) {
            rooms.join(room, {"person", person, "somebody"}, std::move(done));
        });
    }
    Result<void> leave(db::RoomId room, db::PersonId person) {
        return wait<void>([&](auto done) { rooms.leave(room, {"person", person, "somebody"}, std::move(done)); });
    }
    Result<db::RoomMessage> send(db::RoomId room, db::PersonId person, const std::string& text) {
        db::RoomMessage message;
        message.room = room;
        message.sender = person;
        message.text = text;
        return wait<db::RoomMessage>([&](auto done) { rooms.send(message, std::move(done)); });
    }
    Result<std::vector<db::RoomMessage>> messages(db::RoomId room, db::PersonId person, db::RoomPage page = {}) {
        return wait<std::vector<db::RoomMessage>>(
            [&](auto done) { rooms.list_messages(room, person, page, std::move(done)); });
    }
    void sql(const std::string& text) {
        pool.run([&](pqxx::work& tx) { tx.exec(text); });
    }

    static constexpr db::PersonId ada = 1, grace = 2, eve = 3;
    test::ManualExecutor executor;
    db::Pool pool{test::TestDatabase::options(test::TestDatabase::instance().migrated_database()), Logger()};
    Hub hub;
    bool bot_hears = true;
    std::vector<Inbound> heard;  // by the bot
    Link link = [](const std::string& stored) { return "/media/" + stored; };
    Rooms rooms{Rooms::Parts{executor, pool, hub, 7, link,
                             [this](channels::Decoded decoded, UniqueFunction<void(bool)> done) {
                                 if (bot_hears)
                                     for (auto& message : decoded.messages) heard.push_back(std::move(message));
                                 executor.post([done = std::move(done), taken = bot_hears]() mutable { done(taken); });
                             },
                             Logger()}};
};

}  // namespace parley::rooms
