#include "rooms/hub.hpp"

#include <catch2/catch.hpp>

#include "rooms/fake_socket.hpp"

namespace parley::rooms {
namespace {

using test::FakeSocket;

struct Guest {
    Guest(Hub& hub, db::RoomId room, db::PersonId person, bool presence = false)
        : listener(std::make_unique<Listener>(hub, room, person, socket, presence)) {
        listener->go_live(0);
    }
    std::shared_ptr<FakeSocket> socket = std::make_shared<FakeSocket>();
    std::unique_ptr<Listener> listener;
};

Event event(const std::string& text) {
    return std::make_shared<const std::string>(text);
}

}  // namespace

TEST_CASE("a message is written once and shared by all who listen in its room") {
    Hub hub;
    Guest one(hub, 1, 10), other(hub, 1, 11), elsewhere(hub, 2, 12);
    const auto said = event("hello");
    hub.publish(1, 5, said);
    REQUIRE(one.socket->sent.size() == 1);
    CHECK(one.socket->sent[0] == said);
    CHECK(other.socket->sent.at(0) == said);
    CHECK(elsewhere.socket->sent.empty());
    CHECK(hub.sockets() == 3);
    other.listener.reset();
    hub.publish(1, 6, event("again"));
    CHECK(one.socket->sent.size() == 2);
    CHECK(other.socket->sent.size() == 1);
    CHECK(hub.sockets_of(11) == 0);
}

TEST_CASE("what is said while somebody reads the past is held back, and not told twice") {
    Hub hub;
    auto socket = std::make_shared<FakeSocket>();
    Listener listener(hub, 1, 10, socket, false);
    hub.publish(1, 5, event("five"));
    hub.tell(1, event("typing"));
    hub.publish(1, 6, event("six"));
    CHECK(socket->sent.empty());
    listener.go_live(5);
    REQUIRE(socket->sent.size() == 1);
    CHECK(socket->last() == "six");
    hub.publish(1, 7, event("seven"));
    CHECK(socket->last() == "seven");
}

TEST_CASE("who does not get on with the past while much is said has to come again") {
    Hub hub;
    auto socket = std::make_shared<FakeSocket>();
    Listener listener(hub, 1, 10, socket, false);
    for (int i = 1; i <= 201; ++i) hub.publish(1, i, event("x"));
    CHECK(socket->code == 1013);
}

TEST_CASE("presence is told to those who asked: the first socket in, the last one out") {
    Hub hub;
    Guest watcher(hub, 1, 10, true), plain(hub, 1, 11);
    watcher.socket->sent.clear();
    Guest in(hub, 1, 12);
    CHECK(watcher.socket->last() == R"({"type":"presence","conversation":1,"user":12,"online":true})");
    Guest again(hub, 1, 12);
    CHECK(watcher.socket->sent.size() == 1);
    in.listener.reset();
    CHECK(watcher.socket->sent.size() == 1);
    again.listener.reset();
    CHECK(watcher.socket->last() == R"({"type":"presence","conversation":1,"user":12,"online":false})");
    CHECK(plain.socket->sent.empty());
}

TEST_CASE("closing is for one person in one room") {
    Hub hub;
    Guest one(hub, 1, 10), second(hub, 1, 10), other_room(hub, 2, 10), other(hub, 1, 11);
    hub.close(1, 10, closed_not_a_member, "left");
    CHECK(one.socket->code == closed_not_a_member);
    CHECK(second.socket->code == closed_not_a_member);
    CHECK(other_room.socket->code == 0);
    CHECK(other.socket->code == 0);
}

}  // namespace parley::rooms
