// People in rooms, with the bot among them: the documented requests with their answers, WebSockets, and who may what.
#include <boost/json.hpp>
#include <catch2/catch.hpp>
#include <fstream>
#include <sstream>

#include "net/websocket_client.hpp"
#include "support/paths.hpp"
#include "support/stage.hpp"

namespace parley::e2e {
namespace {

namespace json = boost::json;
using test::WebSocketClient;

constexpr const char* password = "your_password";

Stage& stage() {
    static Stage one({}, {"echo", "id", "setting"});
    return one;
}

Answer ask(const std::string& method, const std::string& target, const std::string& token = "",
           const std::string& body = "", const std::string& type = "application/json") {
    Headers headers;
    if (!token.empty()) headers["Authorization"] = "Bearer " + token;
    if (!body.empty()) headers["Content-Type"] = type;
    return http(stage().host.port(), method, target, body, headers);
}

json::value value_of(const Answer& answer) {
    CAPTURE(answer.status, answer.body);
    REQUIRE(answer.status < 300);
    REQUIRE(answer.status >= 200);
    return json::parse(answer.body);
}

struct Person {
    std::int64_t id = 0;
    std::string name, token;
};

std::string credentials(const std::string& name) {
    return json::serialize(json::object{{"username", name}, {"password", password}});
}

std::string sign_in(const std::string& name) {
    return std::string(value_of(ask("POST", "/auth/login/", "", credentials(name))).at("token").as_string());
}

Person person(const std::string& name) {
    Person made;
    made.name = name;
    made.id = value_of(ask("POST", "/auth/register/", "", credentials(name))).at("id").as_int64();
    made.token = sign_in(name);
    return made;
}

std::int64_t room_of(const Person& maker, const std::string& type = "chat") {
    return value_of(ask("POST", "/create-chatroom/", maker.token, R"({"type":")" + type + "\"}")).at("id").as_int64();
}

void join(const Person& person, std::int64_t room) {
    value_of(ask("POST", "/join-chatroom/", person.token, R"({"chatroom_id":)" + std::to_string(room) + "}"));
}

Answer send(const std::string& token, std::int64_t room, const std::string& text) {
    return ask("POST", "/send-message/", token,
               json::serialize(json::object{{"conversation_id", room}, {"text", text}}));
}

json::array messages(const Person& person, std::int64_t room) {
    return value_of(ask("GET", "/list-conversation-messages/" + std::to_string(room) + "/", person.token)).as_array();
}

// The bot's answer that has these words in it.
bool bot_says(const Person& person, std::int64_t room, const std::string& words) {
    return eventually([&] {
        for (const auto& message : messages(person, room))
            if (message.at("sender").as_int64() == 0 &&
                std::string(message.at("text").as_string()).find(words) != std::string::npos)
                return true;
        return false;
    });
}

// --- the documented requests

struct Exchange {
    std::string method, path, body, answer;
    bool signed_in = false;
};

std::string between(const std::string& text, const std::string& begin, const std::string& end) {
    const auto from = text.find(begin);
    if (from == std::string::npos) return "";
    return text.substr(from + begin.size(), text.find(end, from + begin.size()) - from - begin.size());
}

std::map<std::string, Exchange> documented() {
    std::ifstream file(test::source_path("tests/fixtures/rooms/requests.txt"));
    std::map<std::string, Exchange> all;
    Exchange* current = nullptr;
    for (std::string line; std::getline(file, line);) {
        if (line.starts_with("curl ")) {
            Exchange exchange;
            exchange.method = between(line, "-X ", " ");
            exchange.path = between(line + " ", "http://localhost:8000", " ");
            exchange.body = between(line, "-d '", "'");
            exchange.signed_in = line.find("Bearer YOUR_ACCESS_TOKEN") != std::string::npos;
            current = &(all[exchange.path] = exchange);
        } else if (current && !line.empty()) {
            current->answer += line;
        }
    }
    return all;
}

bool is_time(const json::value& value) {
    // 2023-12-01T12:00:00Z
    return value.is_string() && value.as_string().size() == 20 && value.as_string()[10] == 'T' &&
           value.as_string().back() == 'Z';
}

// The same fields in the same order with values of the same kind; the same values, but for times.
void check_like(const json::object& actual, const json::object& expected, bool same_values) {
    CAPTURE(json::serialize(actual), json::serialize(expected));
    REQUIRE(actual.size() >= expected.size());
    auto at = actual.begin();
    for (const auto& [name, value] : expected) {
        CHECK(std::string(at->key()) == std::string(name));
        if (is_time(value)) {
            CHECK(is_time(at->value()));
        } else {
            CHECK(at->value().kind() == value.kind());
            if (same_values) CHECK(json::serialize(at->value()) == json::serialize(value));
        }
        ++at;
    }
}

}  // namespace

// First: the numbers of the answers are those of an empty host.
TEST_CASE("the documented requests have the documented answers, field for field") {
    const auto all = documented();
    REQUIRE(all.size() == 11);
    const auto run = [&](const std::string& path, const std::string& token = "") {
        const auto& exchange = all.at(path);
        CHECK(exchange.signed_in == !token.empty());
        const auto answer = ask(exchange.method, exchange.path, token, exchange.body);
        return std::pair(value_of(answer), json::parse(exchange.answer));
    };
    const auto same = [&](const std::string& path, const std::string& token = "") {
        const auto [actual, expected] = run(path, token);
        check_like(actual.as_object(), expected.as_object(), true);
        return actual.as_object();
    };
    CHECK(same("/auth/register/").size() == 2);
    const auto one = same("/auth/login/");
    CHECK(same("/auth/logout/", std::string(one.at("token").as_string())).size() == 1);
    CHECK(ask("GET", "/list-chatrooms/", std::string(one.at("token").as_string())).status == 401);

    const Person first{1, "your_username", sign_in("your_username")};
    const Person second = person("second");
    CHECK(second.id == 2);
    CHECK(same("/create-chatroom/", first.token).size() == 8);
    CHECK(same("/join-chatroom/", second.token).size() == 3);
    value_of(ask("POST", "/create-chatroom", second.token,
                 R"({"type":"group","name":"Group Chat","description":"This is a group chat."})"));
    {
        const auto [rooms, expected] = run("/list-chatrooms/", second.token);
        REQUIRE(rooms.as_array().size() == 2);
        check_like(rooms.as_array()[0].as_object(), expected.as_array()[0].as_object(), false);
        check_like(rooms.as_array()[1].as_object(), expected.as_array()[1].as_object(), true);
        CHECK(json::serialize(rooms.as_array()[0].at("members")) == "[2]");
    }
    const Person third = person("third");
    join(third, 1);
    CHECK(same("/leave-chatroom/1/", third.token).size() == 1);
    CHECK(same("/send-message/", second.token).size() == 9);
    CHECK(send(first.token, 1, "Hi there!").status == 201);
    for (const char* path : {"/list-messages/", "/list-conversation-messages/1/"}) {
        const auto [found, expected] = run(path, first.token);
        REQUIRE(found.as_array().size() >= 2);
        check_like(found.as_array()[0].as_object(), expected.as_array()[0].as_object(), true);
        for (const auto& message : found.as_array())
            check_like(message.as_object(), expected.as_array()[1].as_object(), false);
    }
    CHECK(same("/read-message/", first.token).size() == 1);
    CHECK(json::serialize(messages(first, 1).at(0).at("receivers")) == "[1]");
}

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
