// People in rooms, with the bot among them, and who may what.
#include <boost/json.hpp>
#include <catch2/catch.hpp>

#include "net/websocket_client.hpp"
#include "rooms/stage.hpp"

namespace parley::e2e {

namespace json = boost::json;
using test::WebSocketClient;

TEST_CASE("the bot is in every room, and answers there as on WhatsApp") {
    const auto ada = person("ada"), grace = person("grace");
    const auto room = room_of(ada), group = room_of(ada, "group");
    join(grace, room);
    REQUIRE(send(grace.token, room, "/help").status == 201);
    CHECK(bot_says(ada, room, "/echo"));
    REQUIRE(send(ada.token, room, "/echo tide tables").status == 201);
    CHECK(bot_says(grace, room, "tide tables"));
    REQUIRE(send(ada.token, room, "how are you?").status == 201);
    CHECK(bot_says(grace, room, "Hello, I am a bot"));
    // In a group commands begin as in a WhatsApp group, and what is no command is not answered.
    REQUIRE(send(ada.token, group, "hello all").status == 201);
    REQUIRE(send(ada.token, group, "./echo in the group").status == 201);
    CHECK(bot_says(ada, group, "in the group"));
    CHECK(messages(ada, group).size() == 3);
    // Its messages are in the history of the host, too.
    CHECK(stage().metric("parley_webhooks_refused_total") <= 0);
}

TEST_CASE("an admin of the host is an admin in rooms, nobody else is") {
    const auto ada = person("ada.admin"), eve = person("923001111111");  // a name like an admin's number
    const auto room = room_of(eve);
    REQUIRE(send(eve.token, room, "/admin setting").status == 201);
    CHECK_FALSE(bot_says(eve, room, "admin_ids"));
    const auto done = stage().host.cli({"user", "role", "ada.admin", "admin"});
    CAPTURE(done.err);
    REQUIRE(done.code == 0);
    CHECK(ask("GET", "/list-chatrooms/", ada.token).status == 401);  // rights changed: sign in again
    const Person admin{ada.id, ada.name, sign_in(ada.name)};
    const auto own = room_of(admin);
    REQUIRE(send(admin.token, own, "/admin help").status == 201);
    CHECK(bot_says(admin, own, "/admin setting"));
}

TEST_CASE("who is not in a room gets no nearer to it, and learns nothing of it") {
    const auto ada = person("ada.idor"), eve = person("eve.idor");
    const auto room = std::to_string(room_of(ada)), none = std::string("4711");
    REQUIRE(send(ada.token, std::stoll(room), "secret").status == 201);
    struct Try {
        std::string method, before, after, body;
    };
    const Try tries[] = {
        {"GET", "/list-conversation-messages/", "/", ""},
        {"DELETE", "/leave-chatroom/", "/", ""},
        {"POST", "/send-message/", "", R"({"conversation_id":ROOM,"text":"hi"})"},
        {"POST", "/read-message/", "", R"({"conversation_id":ROOM,"message_ids":[1]})"},
    };
    for (const auto& one : tries) {
        const auto to = [&](const std::string& id, const std::string& token) {
            std::string body = one.body;
            if (const auto at = body.find("ROOM"); at != std::string::npos) body.replace(at, 4, id);
            return ask(one.method, one.after.empty() ? one.before : one.before + id + one.after, token, body);
        };
        CAPTURE(one.before);
        CHECK(to(room, eve.token).status == 404);
        CHECK(to(none, eve.token).status == 404);
        CHECK(to(room, eve.token).body == to(none, eve.token).body);
        CHECK(to(room, "").status == 401);
        CHECK(to(room, "plt_" + std::string(64, '0')).status == 401);
    }
    for (const auto& id : {room, none, std::string("-1"), std::string("x")})
        CHECK(
            WebSocketClient::to_port(stage().host.port(), "/ws/chat/" + id + "/?token=" + eve.token).answer().status ==
            404);
    CHECK(WebSocketClient::to_port(stage().host.port(), "/ws/chat/" + room + "/").answer().status == 401);
    CHECK(value_of(ask("GET", "/list-messages/", eve.token)).as_array().empty());
    CHECK(ask("POST", "/join-chatroom/", eve.token, R"({"chatroom_id":4711})").status == 404);
    // A token in the address counts for WebSockets alone.
    CHECK(ask("GET", "/list-chatrooms/?token=" + eve.token).status == 401);
}

TEST_CASE("guessing a password is slowed down, and tells nothing") {
    person("ada.guess");
    const auto guess = [](const std::string& name) {
        return ask("POST", "/auth/login/", "", R"({"username":")" + name + R"(","password":"wrong password"})");
    };
    const auto wrong = guess("ada.guess"), nobody = guess("nobody.guess");
    CHECK(wrong.status == 401);
    CHECK(nobody.status == 401);
    CHECK(wrong.body == nobody.body);
    for (int i = 0; i < 4; ++i) guess("ada.guess");
    const auto slowed = guess("ada.guess");
    CHECK(slowed.status == 429);
    CHECK(std::stoi(slowed.header("retry-after")) >= 1);
    CHECK(ask("POST", "/auth/login/", "", credentials("ada.guess")).status == 429);
    CHECK(ask("POST", "/auth/register/", "", credentials("ADA.guess")).status == 409);
    CHECK(ask("POST", "/auth/register/", "", R"({"username":"x","password":"short"})").status == 400);
    CHECK(ask("POST", "/auth/register/", "", R"({"username":"x"})").status == 400);
}

TEST_CASE("pictures and videos come as a form and can be fetched by their link") {
    const auto ada = person("ada.media");
    const auto room = std::to_string(room_of(ada));
    std::string png("\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\0\1\0\0\0\1\x08\x06\0\0\0\x1f\x15\xc4\x89", 33);
    png += std::string(3000, '\0');
    const auto form = [&](const std::string& name, const std::string& mime, const std::string& bytes) {
        return "--BB\r\nContent-Disposition: form-data; name=\"conversation_id\"\r\n\r\n" + room +
               "\r\n--BB\r\nContent-Disposition: form-data; name=\"text\"\r\n\r\nlook\r\n"
               "--BB\r\nContent-Disposition: form-data; name=\"" +
               name + "\"; filename=\"a.png\"\r\nContent-Type: " + mime + "\r\n\r\n" + bytes + "\r\n--BB--\r\n";
    };
    const auto post = [&](const std::string& body) {
        return ask("POST", "/send-message/", ada.token, body, "multipart/form-data; boundary=BB");
    };
    const auto sent = value_of(post(form("attachment_picture", "image/png", png))).as_object();
    CHECK(std::string(sent.at("text").as_string()) == "look");
    CHECK(sent.at("attachment_video").is_null());
    const auto file = ask("GET", std::string(sent.at("attachment_picture").as_string()));
    CHECK(file.status == 200);
    CHECK(file.header("content-type") == "image/png");
    CHECK(file.body == png);
    CHECK(post(form("attachment_picture", "image/png", "<script>alert(1)</script>")).status == 422);
    CHECK(post(form("attachment_video", "video/mp4", png)).status == 422);
    CHECK(post(form("other", "image/png", png)).status == 400);
    CHECK(post(form("attachment_picture", "image/png", png + std::string(6 << 20, 'x'))).status == 413);
    CHECK(post("--BB\r\n").status == 400);
    // Who is not in the room is told before the file is looked at.
    const auto eve = person("eve.media");
    CHECK(ask("POST", "/send-message/", eve.token, form("attachment_picture", "image/png", "no picture"),
              "multipart/form-data; boundary=BB")
              .status == 404);
    REQUIRE(send(ada.token, std::stoll(room), "/id").status == 201);
}

TEST_CASE("what was said is answered once, in order, though the host is killed right after") {
    Host host(HostOptions{"http://127.0.0.1:9", {"echo"}, {}});
    host.start();
    const auto at = [&](const std::string& method, const std::string& target, const std::string& token,
                        const std::string& body = "") {
        Headers headers{{"Content-Type", "application/json"}};
        if (!token.empty()) headers["Authorization"] = "Bearer " + token;
        return http(host.port(), method, target, body, headers);
    };
    REQUIRE(at("POST", "/auth/register/", "", credentials("ada")).status == 201);
    const std::string token(
        json::parse(at("POST", "/auth/login/", "", credentials("ada")).body).at("token").as_string());
    REQUIRE(at("POST", "/create-chatroom/", token).status == 201);
    constexpr int count = 20;
    std::string expected;
    for (int i = 0; i < count; ++i) {
        const std::string words = "number " + std::to_string(i);
        REQUIRE(at("POST", "/send-message/", token, R"({"conversation_id":1,"text":"/echo )" + words + "\"}").status ==
                201);
        expected += words + "; ";
    }
    host.kill9();
    host.start();
    std::string answers;
    const auto all_answered = [&] {
        answers.clear();
        const auto found = json::parse(at("GET", "/list-messages/", token).body);
        for (const auto& message : found.as_array())
            if (message.at("sender").as_int64() == 0) answers += std::string(message.at("text").as_string()) + "; ";
        return answers.size() >= expected.size();
    };
    CHECK(eventually(all_answered, 30s));
    CHECK(answers == expected);
}

TEST_CASE("registering can be closed") {
    const auto ada = person("ada.closing");
    REQUIRE(stage().host.cli({"user", "role", ada.name, "admin"}).code == 0);
    const Person admin{ada.id, ada.name, sign_in(ada.name)};
    const auto room = room_of(admin);
    REQUIRE(send(admin.token, room, "/admin setting -c registration_open false").status == 201);
    REQUIRE(bot_says(admin, room, "changed to `false`"));
    CHECK(ask("POST", "/auth/register/", "", credentials("late")).status == 403);
    REQUIRE(send(admin.token, room, "/admin setting -c registration_open true").status == 201);
    REQUIRE(bot_says(admin, room, "changed to `true`"));
    CHECK(ask("POST", "/auth/register/", "", credentials("late")).status == 201);
}

TEST_CASE("users are made and changed on the command line") {
    const auto made = stage().host.cli({"user", "add", "operator.cli", "--role", "operator", "--generate"});
    CAPTURE(made.err);
    REQUIRE(made.code == 0);
    CHECK(made.out.find("password ") != std::string::npos);
    const auto list = stage().host.cli({"user", "list"});
    CHECK(list.out.find("operator.cli") != std::string::npos);
    CHECK(list.out.find("bot") == std::string::npos);
    CHECK(stage().host.cli({"user", "role", "nobody.cli", "admin"}).code == 1);
    CHECK(stage().host.cli({"user", "disable", "operator.cli"}).code == 0);
    CHECK(stage().host.cli({"user", "list"}).out.find("disabled") != std::string::npos);
    CHECK(stage().host.cli({"user", "password", "operator.cli", "--generate"}).code == 0);
}

}  // namespace parley::e2e
