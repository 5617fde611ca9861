#include "rooms/rooms.hpp"

#include "rooms/fake_socket.hpp"
#include "rooms/rooms_fixture.hpp"

namespace parley::rooms {
namespace {

Errc code_of(const Error& error) {
    return error.code;
}

channels::SendResult say(RoomsFixture& here, const Outbound& message) {
    std::optional<channels::SendResult> sent;
    here.rooms.say(message, [&](channels::SendResult given) { sent = std::move(given); });
    here.executor.run_until([&] { return sent.has_value(); });
    return *sent;
}

}  // namespace

TEST_CASE("who made a room is in it, others join; the membership's number is theirs for good") {
    RoomsFixture here;
    const auto room = here.create(here.ada);
    CHECK(room.id == 1);
    CHECK(room.name == "Chatroom 1");
    CHECK(room.members.empty());
    CHECK(here.send(1, here.ada, "anybody?"));
    const auto joined = here.join(1, here.grace);
    REQUIRE(joined);
    CHECK(joined->id == 1);
    CHECK(here.join(1, here.grace)->id == 1);
    CHECK(here.join(1, here.ada)->id == 2);
    CHECK(code_of(here.join(99, here.grace).error()) == Errc::not_found);
    const auto rooms =
        here.wait<std::vector<db::Room>>([&](auto done) { here.rooms.list(here.grace, 0, std::move(done)); });
    REQUIRE(rooms->size() == 1);
    CHECK(rooms->at(0).members == std::vector<db::PersonId>{here.grace, here.ada});
}

TEST_CASE("nothing tells a room one is not in from one that is not there") {
    RoomsFixture here;
    here.create(here.ada);
    REQUIRE(here.send(1, here.ada, "secret"));
    for (const db::RoomId room : {1, 99}) {
        CAPTURE(room);
        CHECK(here.send(room, here.eve, "hi").error().message == here.send(99, here.eve, "hi").error().message);
        CHECK(code_of(here.send(room, here.eve, "hi").error()) == Errc::not_found);
        CHECK(code_of(here.messages(room, here.eve).error()) == Errc::not_found);
        CHECK(code_of(here.leave(room, here.eve).error()) == Errc::not_found);
        const auto read =
            here.wait<void>([&](auto done) { here.rooms.mark_read(room, here.eve, {1}, std::move(done)); });
        CHECK(code_of(read.error()) == Errc::not_found);
    }
    const auto all = here.wait<std::vector<db::RoomMessage>>(
        [&](auto done) { here.rooms.list_messages(here.eve, {}, std::move(done)); });
    CHECK(all->empty());
    REQUIRE(here.join(1, here.eve));
    REQUIRE(here.leave(1, here.eve));
    CHECK(code_of(here.messages(1, here.eve).error()) == Errc::not_found);
    CHECK(code_of(here.send(1, here.eve, "still here").error()) == Errc::not_found);
}

TEST_CASE("read marks stand for others' messages of that room alone") {
    RoomsFixture here;
    here.create(here.ada);
    here.create(here.eve);
    REQUIRE(here.join(1, here.grace));
    REQUIRE(here.send(1, here.ada, "one"));
    REQUIRE(here.send(1, here.grace, "two"));
    REQUIRE(here.send(2, here.eve, "elsewhere"));
    REQUIRE(here.wait<void>([&](auto done) { here.rooms.mark_read(1, here.grace, {1, 2, 3, 4711}, std::move(done)); }));
    const auto read = here.messages(1, here.ada);
    REQUIRE(read->size() == 2);
    CHECK(read->at(0).receivers == std::vector<db::PersonId>{here.grace});
    CHECK(read->at(1).receivers.empty());
    CHECK(here.messages(2, here.eve)->at(0).receivers.empty());
}

TEST_CASE("pages of messages") {
    RoomsFixture here;
    here.create(here.ada);
    for (int i = 1; i <= 6; ++i) REQUIRE(here.send(1, here.ada, std::to_string(i)));
    const auto ids = [&](db::RoomPage page) {
        std::string text;
        const auto found = here.messages(1, here.ada, page);
        for (const auto& message : *found) text += std::to_string(message.id);
        return text;
    };
    CHECK(ids({}) == "123456");
    CHECK(ids({{}, INT64_MAX, 2}) == "56");
    CHECK(ids({{}, 5, 2}) == "34");
    CHECK(ids({2, INT64_MAX, 2}) == "34");
    CHECK(ids({0, INT64_MAX, 2}) == "12");
    CHECK(ids({6, INT64_MAX, 2}) == "");
    const auto all = here.wait<std::vector<db::RoomMessage>>([&](auto done) {
        here.rooms.list_messages(here.ada, {{}, INT64_MAX, 3}, std::move(done));
    });
    REQUIRE(all->size() == 3);
    CHECK(all->front().id == 4);
}

TEST_CASE("what is said is told in order and handed to the bot once") {
    RoomsFixture here;
    here.create(here.ada);
    here.create(here.ada, "group");
    auto socket = std::make_shared<test::FakeSocket>();
    Listener listener(here.hub, 1, here.ada, socket, false);
    listener.go_live(0);
    int done = 0;
    for (int i = 1; i <= 150; ++i) {
        db::RoomMessage message;
        message.room = 1;
        message.sender = i <= 75 ? here.ada : db::bot_person;
        message.text = "no " + std::to_string(i);
        here.rooms.send(message, [&](const Result<db::RoomMessage>& sent) { done += sent ? 1 : 0; });
        if (i == 75) here.sql("update people set role = 'admin' where id = 2");
    }
    here.executor.run_until([&] { return done == 150; });
    REQUIRE(socket->sent.size() == 150);
    for (int i = 1; i <= 150; ++i)
        CHECK(socket->sent[static_cast<std::size_t>(i - 1)]->find("\"text\":\"no " + std::to_string(i) + "\"") !=
              std::string::npos);
    REQUIRE(here.heard.size() == 75);
    const auto& first = here.heard.front();
    CHECK(first.account == 7);
    CHECK(first.chat == "room:1");
    CHECK(first.sender == "user:1");
    CHECK(first.sender_name == "ada");
    CHECK(first.provider_id == "room-message:1");
    CHECK(first.group == "");
    CHECK(first.payload == "");
    REQUIRE(here.join(2, here.grace));
    REQUIRE(here.send(2, here.grace, "./help"));
    CHECK(here.heard.back().group == "2");
    CHECK(here.heard.back().payload == R"({"admin":true})");
}

TEST_CASE("long messages said at once are told in turns that fit a socket's queue") {
    RoomsFixture here;
    here.create(here.ada);
    auto socket = std::make_shared<test::FakeSocket>();
    Listener listener(here.hub, 1, here.ada, socket, false);
    listener.go_live(0);
    int done = 0;
    for (int i = 0; i < 20; ++i) {
        db::RoomMessage message;
        message.room = 1;
        message.sender = here.ada;
        message.text = std::string(16'384, '\x01');
        here.rooms.send(message, [&](const Result<db::RoomMessage>& sent) { done += sent ? 1 : 0; });
    }
    for (std::size_t told = 0; done < 20; told = socket->sent.size()) {
        here.executor.run_next();
        CHECK(socket->sent.size() - told <= 4);
    }
    CHECK(socket->sent.size() == 20);
}

TEST_CASE("what the bot could not take is offered again") {
    RoomsFixture here;
    here.create(here.ada);
    here.bot_hears = false;
    REQUIRE(here.send(1, here.ada, "hello?"));
    REQUIRE(here.send(1, here.ada, "anybody?"));
    CHECK(here.heard.empty());
    REQUIRE(here.executor.timers() == 1);
    here.executor.fire_next();
    here.executor.run_until([&] { return here.executor.timers() == 1; });
    here.bot_hears = true;
    here.executor.fire_next();
    here.executor.run_until([&] { return here.heard.size() == 2; });
    here.executor.run_posted();
    CHECK(here.executor.timers() == 0);
    CHECK(here.heard[1].provider_id == "room-message:2");
}

TEST_CASE("however much was said, all of it reaches the bot, in order") {
    RoomsFixture here;
    here.create(here.ada);
    here.sql("insert into room_messages (room_id, sender_id, body) select 1, 1, 'm' from generate_series(1, 4500)");
    const auto said = [&] {
        return here.wait<channels::Decoded>([&](auto done) { here.rooms.said(0, std::move(done)); });
    };
    const auto rest = said();
    REQUIRE(rest);
    REQUIRE(here.heard.size() + rest->messages.size() == 4500);
    CHECK(here.heard.back().provider_id == "room-message:4000");
    CHECK(rest->messages.front().provider_id == "room-message:4001");
    CHECK(rest->messages.back().provider_id == "room-message:4500");
    here.bot_hears = false;
    CHECK(code_of(said().error()) == Errc::unavailable);
}

TEST_CASE("the bot's message is one however often it is sent") {
    RoomsFixture here;
    here.create(here.ada);
    Outbound message;
    message.id = 4711;
    message.chat = "room:1";
    message.text = "hello";
    const auto first = say(here, message), second = say(here, message);
    REQUIRE(first);
    CHECK(first->provider_id == "room-message:1");
    CHECK(second->provider_id == first->provider_id);
    message.id = 4712;
    message.chat = "room:99";
    CHECK(say(here, message).error().kind == channels::SendError::Class::permanent);
    message.id = 4713;
    message.chat = "room:1";
    message.kind = OutboundKind::media;
    message.media.kind = MediaKind::document;
    message.media.stored = "abc";
    REQUIRE(say(here, message));
    const auto all = here.messages(1, here.ada);
    REQUIRE(all->size() == 2);
    CHECK(all->at(0).sender == db::bot_person);
    CHECK(to_json(all->at(1), here.link).find(R"("text":"hello\n/media/abc")") != std::string::npos);
    CHECK(here.heard.empty());
}

TEST_CASE("who is too fast, and what is no message") {
    RoomsFixture here;
    here.create(here.ada);
    CHECK(code_of(here.send(1, here.ada, " \n").error()) == Errc::invalid);
    CHECK(code_of(here.send(1, here.ada, std::string(20'000, 'x')).error()) == Errc::invalid);
    CHECK(code_of(here.send(1, here.ada, std::string("a\0b", 3)).error()) == Errc::invalid);
    int refused = 0, done = 0;
    for (int i = 0; i < 150; ++i) {
        db::RoomMessage message;
        message.room = 1;
        message.sender = here.ada;
        message.text = "x";
        here.rooms.send(message, [&](const Result<db::RoomMessage>& sent) {
            ++done;
            if (!sent && code_of(sent.error()) == Errc::overloaded) ++refused;
        });
    }
    here.executor.run_until([&] { return done == 150; });
    CHECK(refused >= 40);
    CHECK(refused <= 50);
}

TEST_CASE("nobody fills the disk by files in rooms") {
    RoomsFixture here;
    const auto wait = [&](db::PersonId person, std::uint64_t bytes) {
        return here.rooms.wait_to_send_files(person, bytes).count();
    };
    SECTION("many small ones") {
        for (int i = 0; i < 20; ++i) CHECK(wait(here.ada, 1000) == 0);
        CHECK(wait(here.ada, 1000) > 0);
        CHECK(wait(here.ada, 1000) <= 10);
    }
    SECTION("a few large ones") {
        constexpr std::uint64_t large = most_file_bytes_a_day / 8;
        for (int i = 0; i < 8; ++i) CHECK(wait(here.ada, large) == 0);
        CHECK(wait(here.ada, large) > 2 * 3600);
        CHECK(wait(here.ada, large) <= 3 * 3600 + 1);
    }
    CHECK(wait(here.grace, 1000) == 0);
}

}  // namespace parley::rooms
