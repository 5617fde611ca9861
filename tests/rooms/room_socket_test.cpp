#include "rooms/room_socket.hpp"

#include "rooms/fake_socket.hpp"
#include "rooms/rooms_fixture.hpp"

namespace parley::rooms {
namespace {

using test::FakeSocket;

// Everybody is in; the test says when somebody is out.
struct Watches : auth::Authenticator {
    void authenticate(const net::Request&, UniqueFunction<void(Answer)> done) override { done({}); }
    std::shared_ptr<void> watch(const auth::Principal&, UniqueFunction<void()> lost) override {
        revoke = std::move(lost);
        return std::shared_ptr<void>(this, [this](void*) { revoke = nullptr; });
    }
    UniqueFunction<void()> revoke;
};

struct Fixture : RoomsFixture {
    std::shared_ptr<FakeSocket> open(db::PersonId person, RoomSocket::Wish wish = {}, db::RoomId room = 1) {
        auth::Principal principal;
        principal.id = person;
        auto socket = std::make_shared<FakeSocket>();
        std::make_shared<RoomSocket>(RoomSocket::Parts{executor, hub, rooms, watches, link}, room, principal, wish)
            ->open(socket);
        return socket;
    }
    // It has read the past: live from here on.
    std::shared_ptr<FakeSocket> open_live(db::PersonId person) {
        auto socket = open(person);
        REQUIRE(send(1, ada, "marker"));
        executor.run_until([&] { return !socket->sent.empty() || socket->code != 0; });
        socket->sent.clear();
        return socket;
    }
    Watches watches;
};

std::string texts(const FakeSocket& socket) {
    std::string all;
    for (const auto& sent : socket.sent) {
        const auto at = sent->find("\"text\":\"") + 8;
        all += sent->substr(at, sent->find('"', at) - at) + " ";
    }
    return all;
}

}  // namespace

TEST_CASE("somebody who comes back gets what was missed, in order, and nothing twice") {
    Fixture here;
    here.create(here.ada);
    for (int i = 1; i <= 250; ++i) {
        here.sql("insert into room_messages (room_id, sender_id, body) values (1, 1, 'm" + std::to_string(i) + "')");
    }
    const auto socket = here.open(here.ada, {20, false});
    // While it reads, something is said.
    REQUIRE(here.send(1, here.ada, "m251"));
    here.executor.run_until([&] { return socket->sent.size() >= 231; });
    REQUIRE(here.send(1, here.ada, "m252"));
    here.executor.run_until([&] { return socket->sent.size() >= 232; });
    here.executor.run_posted();
    std::string expected;
    for (int i = 21; i <= 252; ++i) expected += "m" + std::to_string(i) + " ";
    CHECK(texts(*socket) == expected);
    socket->end();
    CHECK(here.hub.sockets() == 0);
}

TEST_CASE("a slow reader is not hurried through the past") {
    Fixture here;
    here.create(here.ada);
    for (int i = 1; i <= 150; ++i)
        here.sql("insert into room_messages (room_id, sender_id, body) values (1, 1, 'm" + std::to_string(i) + "')");
    const auto socket = here.open(here.ada, {0, false});
    socket->waiting = 100;
    here.executor.run_until([&] { return here.executor.timers() == 1; });
    CHECK(socket->sent.size() == 32);
    here.executor.fire_next();
    CHECK(socket->sent.size() == 32);
    socket->waiting = 0;
    here.executor.fire_next();
    here.executor.run_until([&] { return socket->sent.size() == 150; });
    socket->end();
}

TEST_CASE("what is long is told in parts that fit a socket's queue") {
    Fixture here;
    here.create(here.ada);
    // Each byte becomes six.
    here.sql(
        "insert into room_messages (room_id, sender_id, body) select 1, 1, repeat(chr(1), 16384) "
        "from generate_series(1, 20)");
    const auto socket = here.open(here.ada, {0, false});
    const auto bytes = [&](std::size_t from) {
        std::size_t sum = 0;
        for (auto at = from; at < socket->sent.size(); ++at) sum += socket->sent[at]->size();
        return sum;
    };
    socket->waiting = 100;
    for (std::size_t told = 0; told < 20; told = socket->sent.size()) {
        here.executor.run_until([&] { return here.executor.timers() == 1 || socket->sent.size() == 20; });
        CHECK(bytes(told) <= 400 * 1024);
        REQUIRE(socket->sent.size() > told);
        if (socket->sent.size() == 20) break;
        socket->waiting = 2;
        here.executor.fire_next();
        socket->waiting = 100;
    }
    socket->end();
}

TEST_CASE("people talk and type") {
    Fixture here;
    here.create(here.ada);
    REQUIRE(here.join(1, here.grace));
    const auto ada = here.open_live(here.ada), grace = here.open_live(here.grace);
    ada->sent.clear();
    // The sender is who signed in, whatever the frame says.
    ada->on_message(R"({"type":"message","conversation":1,"sender":2,"text":"hi"})");
    here.executor.run_until([&] { return !grace->sent.empty() && !ada->sent.empty(); });
    CHECK(grace->last().find(R"("type":"message")") != std::string::npos);
    CHECK(grace->last().find(R"("sender":1)") != std::string::npos);
    CHECK(grace->sent.back() == ada->sent.back());
    ada->on_message(R"({"type":"typing","typing":true})");
    CHECK(grace->last() == R"({"type":"typing","conversation":1,"sender":1,"typing":true})");
    const auto before = grace->sent.size();
    ada->on_message(R"({"type":"typing"})");  // at once again: left out
    CHECK(grace->sent.size() == before);
    for (const char* wrong :
         {"no json", "[]", R"({"type":"dance"})", R"({"type":"message","conversation":2,"text":"x"})"}) {
        ada->on_message(wrong);
        CHECK(ada->last().find(R"("type":"error")") != std::string::npos);
    }
    CHECK(grace->sent.size() == before);
    CHECK(ada->code == 0);
    ada->end();
    grace->end();
}

TEST_CASE("signing out and leaving close what is open") {
    Fixture here;
    here.create(here.ada);
    REQUIRE(here.join(1, here.grace));
    const auto ada = here.open_live(here.ada);
    here.watches.revoke();
    CHECK(ada->code == closed_signed_out);
    ada->end();
    const auto grace = here.open_live(here.grace);
    REQUIRE(here.leave(1, here.grace));
    CHECK(grace->code == closed_not_a_member);
    grace->end();
    CHECK(here.hub.sockets() == 0);
}

TEST_CASE("who left between the door and the room is turned away") {
    Fixture here;
    here.create(here.ada);
    const auto socket = here.open(here.eve);
    REQUIRE(here.send(1, here.ada, "secret"));
    here.executor.run_until([&] { return socket->code != 0; });
    CHECK(socket->code == closed_not_a_member);
    CHECK(socket->sent.empty());
    socket->end();
}

}  // namespace parley::rooms
