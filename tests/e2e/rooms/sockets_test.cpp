// Rooms over WebSockets.
#include <boost/json.hpp>
#include <catch2/catch.hpp>

#include "net/websocket_client.hpp"
#include "rooms/stage.hpp"

namespace parley::e2e {

namespace json = boost::json;
using test::WebSocketClient;

TEST_CASE("over a WebSocket: messages, the bot, typing, and what was missed") {
    const auto ada = person("ada.ws"), grace = person("grace.ws");
    const auto room = room_of(ada);
    join(grace, room);
    const std::string target = "/ws/chat/" + std::to_string(room) + "/";
    auto one = WebSocketClient::to_port(stage().host.port(), target, "Authorization: Bearer " + ada.token + "\r\n");
    REQUIRE(one.answer().status == 101);
    auto other = WebSocketClient::to_port(stage().host.port(), target + "?token=" + grace.token);
    REQUIRE(other.answer().status == 101);
    auto third = WebSocketClient::to_port(stage().host.port(), target,
                                          "Sec-WebSocket-Protocol: parley.token." + grace.token + "\r\n");
    REQUIRE(third.answer().status == 101);
    CHECK(third.answer().header("Sec-WebSocket-Protocol") == "parley.token." + grace.token);

    one.text(R"({"type":"message","conversation":)" + std::to_string(room) + R"(,"sender":99,"text":"/echo hi"})");
    std::int64_t last = 0;
    for (auto* socket : {&one, &other, &third}) {
        const auto said = json::parse(socket->read().payload).as_object();
        CHECK(std::string(said.at("type").as_string()) == "message");
        CHECK(std::string(said.at("text").as_string()) == "/echo hi");
        CHECK(said.at("sender").as_int64() == ada.id);
        CHECK(said.at("conversation").as_int64() == room);
        auto answer = json::parse(socket->read().payload).as_object();
        while (std::string(answer.at("type").as_string()) == "typing")
            answer = json::parse(socket->read().payload).as_object();
        CHECK(answer.at("sender").as_int64() == 0);
        CHECK(std::string(answer.at("text").as_string()) == "hi");
        last = answer.at("id").as_int64();
    }
    REQUIRE(send(ada.token, room, "by REST").status == 201);
    CHECK(other.read().payload.find("by REST") != std::string::npos);
    other.hang_up();
    REQUIRE(send(ada.token, room, "while away").status == 201);
    auto back = WebSocketClient::to_port(stage().host.port(),
                                         target + "?token=" + grace.token + "&after=" + std::to_string(last));
    std::string missed;
    while (missed.find("while away") == std::string::npos) {
        const auto frame = back.read();
        REQUIRE(frame.opcode == 1);
        missed += frame.payload;
    }
    CHECK(missed.find("by REST") < missed.find("while away"));
    CHECK(missed.find("/echo hi") == std::string::npos);
}

TEST_CASE("signing out, leaving and being disabled close sockets within a second") {
    const auto ada = person("ada.out"), grace = person("grace.out"), eve = person("eve.out");
    const auto room = room_of(ada);
    join(grace, room);
    join(eve, room);
    const auto open = [&](const Person& who) {
        return WebSocketClient::to_port(stage().host.port(),
                                        "/ws/chat/" + std::to_string(room) + "/?token=" + who.token);
    };
    auto first = open(ada), second = open(grace), third = open(eve);
    const auto closed = [](WebSocketClient& socket, int code) {
        const auto began = std::chrono::steady_clock::now();
        const auto frame = socket.read_to_close();
        CHECK(frame.close_code() == code);
        CHECK(std::chrono::steady_clock::now() - began < 1s);
    };
    REQUIRE(ask("POST", "/auth/logout/", ada.token).status == 200);
    closed(first, 4401);
    REQUIRE(ask("DELETE", "/leave-chatroom/" + std::to_string(room) + "/", grace.token).status == 200);
    closed(second, 4403);
    REQUIRE(stage().host.cli({"user", "disable", eve.name}).code == 0);
    closed(third, 4401);
    CHECK(open(ada).answer().status == 401);
    CHECK(open(grace).answer().status == 404);
}

}  // namespace parley::e2e
